// Lets poses move. Each is a picture, with a hidden video over it.
(() => {
  if (customElements.get("masko-pose")) return;

  const reduced = matchMedia("(prefers-reduced-motion: reduce)");
  const saving = navigator.connection; // only Chromium tells
  // what WebKit draws opaque: VP9 on Apple's systems, elsewhere HEVC
  const opaque = navigator.vendor.startsWith("Apple") &&
    (/^(Mac|iP)/.test(navigator.platform) ? "webm" : "hvc1");

  let visit;
  try { visit = sessionStorage; } catch { /* blocked */ }
  let choice = visit?.getItem("masko-motion"); // the reader's, for this visit
  const moves = () => choice ? choice === "on" : !reduced.matches && !saving?.saveData;

  const poses = new Set();
  const updateAll = () => poses.forEach((pose) => pose.update());
  const choose = (value) => {
    choice = value;
    visit?.setItem("masko-motion", value);
    poses.forEach((pose) => { pose.blocked = false; });
    updateAll();
  };

  class MaskoPose extends HTMLElement {
    connectedCallback() {
      if (!this.video && !this.prepare()) return;
      poses.add(this);
      sight.observe(this);
    }

    disconnectedCallback() {
      if (!poses.delete(this)) return;
      sight.unobserve(this);
      this.video.pause();
    }

    prepare() {
      const video = this.querySelector("video");
      for (const source of [...video.children]) {
        if (opaque && source.type.includes(opaque) || !video.canPlayType(source.type)) source.remove();
      }
      if (!video.children.length) return false;
      video.muted = true; // a copied node forgets it
      video.disablePictureInPicture = video.disableRemotePlayback = true;
      video.tabIndex = -1;
      video.addEventListener("playing", () => this.setAttribute("data-moving", ""));
      video.addEventListener("ended", () => {
        this.over = true;
        this.update();
      });
      video.addEventListener("error", ({ target }) => {
        if (!target.nextSibling) this.fail(); // the last source
      }, true);
      this.video = video;
      this.starts = /loop|once/.test(this.dataset.play);
      this.attend();
      return true;
    }

    // Who starts it: itself, what it is in, or its control.
    attend() {
      const outer = this.closest("a[href], button, summary, label");
      const inner = this.querySelector("a");
      if (this.starts && outer?.href && outer.children.length < 2 && !outer.textContent.trim()) {
        outer.replaceWith(this); // a link must not hold a control
        outer.append(...this.childNodes);
        this.append(outer);
      } else if (outer || inner && !this.starts) {
        this.starts = false;
        this.follow(outer || inner);
        return;
      }
      if (this.dataset.play === "hover") this.follow(this);
      if (!this.dataset.label) return;
      const control = this.control = document.createElement("button");
      control.type = "button";
      control.className = "masko-control";
      control.setAttribute("aria-label", this.dataset.label);
      (this.starts ? control : this).addEventListener("click", () => this.press());
      this.append(control);
    }

    follow(area) {
      const on = (name, asked, counts) => area.addEventListener(name, (event) => {
        if (!counts(event)) return;
        this.asked = asked && moves();
        this.update();
      });
      on("pointerenter", true, (event) => event.pointerType === "mouse");
      on("pointerleave", false, (event) => event.pointerType === "mouse");
      on("focusin", true, (event) => event.target.matches(":focus-visible"));
      on("focusout", false, () => true);
    }

    press() {
      const { still } = this;
      this.asked = still;
      this.over = false;
      if (this.starts) choose(still ? "on" : "off");
      else this.update();
    }

    get still() {
      return !(this.starts ? moves() && !this.blocked && !this.over : this.asked);
    }

    update() {
      const { video, control, still } = this;
      control?.setAttribute("aria-pressed", still === this.starts);
      control?.classList.toggle("is-still", still);
      if (still || !this.seen || document.hidden || this.failed) video.pause();
      else if (video.paused) this.start();
    }

    start() {
      const { video } = this;
      // until the style sheet is there, it would not lie over its picture
      if (getComputedStyle(video).pointerEvents !== "none") return;
      video.hidden = false;
      if (!this.begun) video.load();
      this.begun = true;
      video.play().catch(({ name }) => {
        if (name === "NotSupportedError") this.fail();
        if (name !== "NotAllowedError") return;
        this.blocked = true;
        this.update();
      });
    }

    fail() {
      this.failed = true;
      this.removeAttribute("data-moving");
      this.video.hidden = !!this.querySelector("img");
      this.control?.remove();
    }
  }

  const sight = new IntersectionObserver((entries) => entries.forEach(({ target, isIntersecting }) => {
    target.seen = isIntersecting;
    if (!isIntersecting && "replay" in target.dataset) target.over = false;
    target.update();
  }));
  reduced.addEventListener("change", () => choose("")); // the newest word counts
  saving?.addEventListener?.("change", updateAll);
  document.addEventListener("visibilitychange", updateAll);
  document.addEventListener("load", ({ target }) => target.rel && updateAll(), true);
  customElements.define("masko-pose", MaskoPose);
})();
