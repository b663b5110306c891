// The gallery: what is typed decides which cards are shown; a click copies the Markdown.
(() => {
  if (customElements.get("masko-gallery")) return;

  const WAIT = 80; // ms without a key, before the cards are looked through
  const TOLD = 1500; // ms that a button says what it did

  // "no mov" and "without mov" are one word of a card: "no-mov"
  const termsOf = (text) => text.toLowerCase().replace(/\b(?:no|without)\s+(?=\S)/g, "no-").split(/\s+/).filter(Boolean);

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch { // not allowed here, or an old browser
      const area = document.createElement("textarea");
      area.value = text;
      area.className = "mg-away";
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      if (!done) throw new Error("not copied");
    }
  };

  // Animations of a card come out of their templates before the card is seen.
  const near = new IntersectionObserver((entries) => entries.forEach(({ target, isIntersecting }) => {
    if (!isIntersecting) return;
    near.unobserve(target);
    for (const { content, parentNode } of target.querySelectorAll(".mg-stage > template")) parentNode.replaceChildren(content);
  }), { rootMargin: "100% 0px" });

  class MaskoGallery extends HTMLElement {
    connectedCallback() {
      if (this.cards) return;
      this.cards = [...this.querySelectorAll(".mg-card")].map((card) => ({
        card, words: card.dataset.words, gaps: card.dataset.gaps.split(" "),
      }));
      this.groups = [...this.querySelectorAll(".mg-group")].map((group) => (
        { group, cards: group.getElementsByClassName("mg-card") }
      ));
      this.form = this.querySelector("form");
      this.find = this.querySelector("input[type=search]");
      this.lack = this.querySelector("select");
      for (const { card } of this.cards) near.observe(card);
      this.listen();
      this.setAttribute("data-ready", "");
      if (this.find.value || this.lack.value) this.filter(); // the browser kept it
    }

    listen() {
      this.form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.filter();
        this.querySelector(".mg-card:not([hidden]) .mg-copy")?.focus();
      });
      this.find.addEventListener("input", () => {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.filter(), WAIT);
      });
      this.find.addEventListener("keydown", (event) => {
        event.stopPropagation(); // themes have keys of their own
        if (event.key === "Escape") this.reset();
      });
      this.lack.addEventListener("change", () => this.filter());
      this.querySelector(".mg-reset").addEventListener("click", () => this.reset());
      this.addEventListener("click", ({ target }) => {
        const button = target.closest(".mg-copy");
        if (button) this.copy(button);
      });
    }

    filter() {
      clearTimeout(this.timer);
      const terms = termsOf(this.find.value);
      const lack = this.lack.value;
      let count = 0;
      for (const { card, words, gaps } of this.cards) {
        const fits = (!lack || gaps.includes(lack)) && terms.every((term) => words.includes(term));
        count += fits;
        if (card.hidden === fits) card.hidden = !fits;
      }
      for (const { group, cards } of this.groups) group.hidden = ![...cards].some((card) => !card.hidden);
      this.querySelector(".mg-none").hidden = count > 0;
      const all = this.cards.length;
      this.tell(lack || terms.length ? `${count} of ${all} poses` : `${all} pose${all === 1 ? "" : "s"}`);
    }

    reset() {
      this.find.value = this.lack.value = "";
      this.filter();
      this.find.focus();
    }

    tell(text) {
      this.querySelector(".mg-count").textContent = text;
    }

    async copy(button) {
      const label = button.firstChild;
      let said = "Copied";
      try {
        await copy(button.dataset.copy);
      } catch {
        said = "Select it"; // the text stands beside the button
      }
      button.focus();
      label.textContent = said;
      clearTimeout(button.timer);
      button.timer = setTimeout(() => { label.textContent = "Copy"; }, TOLD);
    }
  }

  customElements.define("masko-gallery", MaskoGallery);
})();
