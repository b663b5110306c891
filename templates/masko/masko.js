// Lets poses move. Their videos wait in templates.
(() => {
  if (customElements.get("masko-pose")) return;

  const TICK = 250; // ms
  const BRIEF = 4500; // and a tick; more than 5000 needs a control (WCAG 2.2.2)

  const reduced = matchMedia("(prefers-reduced-motion: reduce)");
  const saving = navigator.connection;
  // what WebKit draws opaque: VP9 on Apple's systems, elsewhere HEVC
  const opaque = navigator.vendor.startsWith("Apple") &&
    (/^(Mac|iP)/.test(navigator.platform) ? "webm" : "hvc1");
  const player = document.createElement("video");
  const plays = ({ type }) => !(opaque && type.includes(opaque)) && player.canPlayType(type);

  let visit, tabs;
  try { [visit, tabs] = [sessionStorage, localStorage]; } catch { /* blocked */ }
  let choice = visit?.getItem("masko-motion");
  let blocked; // by the browser
  const allowed = () => choice === "on" || !reduced.matches && !saving?.saveData;
  const moves = () => choice !== "off" && !blocked && allowed();

  const poses = new Set();
  const paths = {}; // to the mouse and to the focus
  let timer, left;

  // No event tells what is covered, so who wants to move looks about.
  const update = () => {
    clearTimeout(timer);
    let busy, label;
    for (const pose of poses) {
      busy = pose.update() || busy;
      label ||= pose.starts && pose.label;
    }
    if (busy) timer = setTimeout(update, TICK);
    for (const button of document.querySelectorAll("[data-masko-toggle]")) {
      button.hidden = !label;
      button.setAttribute("aria-pressed", !moves());
      if (label && button.matches(":empty:not([aria-label])")) button.setAttribute("aria-label", label);
    }
  };
  const choose = (value) => {
    choice = value;
    blocked = false;
    visit?.setItem("masko-motion", value);
    tabs?.setItem("masko-motion", `${Date.now()} ${value}`);
    for (const pose of poses) {
      pose.spent = 0;
      if (value === "off") pose.asked = false;
    }
    update();
  };
  // Firefox restores the session's storage with a page.
  const recall = () => {
    const [time, value] = tabs?.getItem("masko-motion")?.split(" ") ?? [];
    if (time > left) visit.setItem("masko-motion", choice = value);
    update();
  };

  // out of shadow roots
  const closest = (from, css) => from && (from.closest(css) || closest(from.getRootNode().host, css));

  class MaskoPose extends HTMLElement {
    spent = 0; // ms

    connectedCallback() {
      this.clear();
      this.template = this.querySelector("template");
      if (![...this.template?.content.querySelectorAll("source") ?? []].some(plays)) return;
      const { label, play } = this.dataset;
      Object.assign(this, { label, play, starts: /loop|once/.test(play) });
      poses.add(this);
      sight.observe(this);
      this.getRootNode().addEventListener("load", update, true); // of styles
    }

    disconnectedCallback() {
      if (!poses.delete(this)) return;
      sight.unobserve(this);
      this.clear();
      timer = setTimeout(update);
    }

    clear() { // a copy has dead parts
      this.video = this.control = null;
      this.removeAttribute("data-moving");
      for (const part of this.querySelectorAll("video, .masko-control")) part.remove();
    }

    // Tells whether to look again.
    update() {
      if (!this.seen) return this.video?.pause();
      if (getComputedStyle(this).position === "static") return;
      if ([this.template, this.video, this.control].some((part) => part && !this.contains(part))) {
        this.disconnectedCallback();
        return this.connectedCallback();
      }
      const { asked, at, label, since, starts, video } = this;
      this.at = video?.currentTime;
      this.since = Date.now();
      if (at !== this.at && video?.paused === false) this.spent += this.since - since;

      const link = closest(this, "a[href], button, summary, label") || this.querySelector("a");
      const near = Object.values(paths).flat().includes(link || this);
      if (!near && asked === false) this.asked = null;
      const small = Math.min(this.offsetWidth, this.offsetHeight) < 96; // px: the sign would lie on the mascot
      this.brief = starts && label && (small || link);
      const goes = starts ? moves() && !this.over
        : asked ?? (near && (link || this.play === "hover") && allowed());
      const rests = this.brief && !near && this.spent >= BRIEF;
      this.still = !goes || !!rests;
      if (label && !link) this.show(small, starts ? !goes : goes);
      if (this.still || this.covered) video?.pause();
      else this.start(this.brief && !near);
      if (goes && rests && video) {
        this.removeAttribute("data-moving");
        video.currentTime = 0;
      }
      return !this.still;
    }

    get covered() {
      return document.hidden || closest(this, "[inert]") ||
        this.checkVisibility?.({ opacityProperty: true, visibilityProperty: true }) === false ||
        (closest(this, ":is(:modal)") || document).querySelector(":is(:modal)");
    }

    show(small, pressed) {
      const control = this.control ??= document.createElement("button");
      control.type = "button";
      control.className = "masko-control";
      Object.assign(control.dataset, { small, still: this.still, shown: this.shown > Date.now() });
      control.setAttribute("aria-pressed", pressed);
      if (control.parentNode) return;
      control.setAttribute("aria-label", this.label);
      this.append(control);
    }

    press() {
      const { still } = this;
      if (!paths.mouse?.includes(this)) this.shown = Date.now() + 2500;
      setTimeout(update, 2500);
      this.over = this.spent = 0;
      if (!this.starts) this.asked = still;
      else if (!still || !moves()) choose(still ? "on" : "off");
      update();
    }

    start(brief) {
      const video = this.video ??= this.insert();
      video.loop = this.loops && !brief;
      if (video.paused && (!video.ended || this.ended)) video.play().catch(({ name }) => {
        if (name !== "NotAllowedError") return;
        blocked = true;
        update();
      });
    }

    insert() {
      const video = document.importNode(this.template.content.querySelector("video"), true); // has policies
      for (const source of [...video.children]) if (!plays(source)) source.remove();
      this.loops = video.loop;
      video.muted = true;
      video.disablePictureInPicture = video.disableRemotePlayback = true;
      video.onplaying = () => {
        this.ended = false;
        if (!video.paused) this.setAttribute("data-moving", "");
        update();
      };
      video.onended = () => {
        this.ended = true;
        if (this.brief) this.spent = BRIEF;
        else this.over = true;
        update();
      };
      video.addEventListener("error", ({ target }) => {
        if (!target.nextElementSibling || target === video) this.disconnectedCallback();
      }, true);
      this.template.after(video);
      video.load(); // for WebKitGTK
      return video;
    }
  }

  const sight = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      target.seen = isIntersecting;
      if (!isIntersecting && "replay" in target.dataset) target.over = target.spent = 0;
    }
    update();
  });

  const note = (kind, path) => {
    paths[kind] = path;
    update();
  };
  const listeners = {
    pointerover: (event) => note("mouse", event.pointerType === "touch" ? [] : event.composedPath()),
    pointerout: (event) => event.relatedTarget || note("mouse", []),
    focusin: (event) => note("focus", event.target.matches(":focus-visible") ? event.composedPath() : []),
    focusout: () => note("focus", []),
    click: (event) => {
      const [target] = event.composedPath();
      if (target.closest("[data-masko-toggle]")) choose(moves() ? "off" : "on");
      target.closest(".masko-control")?.parentNode.press();
    },
    visibilitychange: update,
    pageshow: recall,
    pagehide: () => {
      left = Date.now();
      poses.forEach(({ video }) => video?.pause());
    },
  };
  for (const name in listeners) addEventListener(name, listeners[name], true);
  reduced.onchange = () => choose(choice === "off" ? "off" : "");
  customElements.define("masko-pose", MaskoPose);
})();
