/**
 * Go to a slide: `g` by number or title (`8.3` is its third state, as in the address), `/` by any words on slides and in notes. Both show what matches while
 * one types; Enter goes to the first or the chosen one.
 */
export default function search(deck) {
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const squeezed = (text) => text.replace(/\s+/g, " ").trim();

  const textOf = (slide) => {
    const parts = [...slide.querySelectorAll("section")].map((section) => section.textContent);
    return squeezed(parts.join(" "));
  };
  const titleOf = (slide) => squeezed(slide.querySelector(":is(h1, h2, h3, h4, h5, h6)")?.textContent ?? "");
  const noteOf = (at) => squeezed([...document.querySelectorAll(`.bespoke-marp-note[data-index="${at}"]`)]
    .map((note) => note.textContent).join(" "));

  const around = (text, words) => {
    const at = Math.max(0, plain(text).indexOf(words[0] ?? ""));
    const start = Math.max(0, at - 30);
    return (start ? "…" : "") + text.slice(start, start + 110) + (text.length > start + 110 ? "…" : "");
  };

  const find = (question, everywhere) => {
    const words = plain(question).split(/\s+/).filter(Boolean);
    const number = /^\d+(\.\d+)?$/.test(question.trim()) ? question.trim().split(".").map(Number) : null;
    if (number) {
      const at = Math.min(Math.max(number[0], 1), deck.slides.length) - 1;
      const found = { at, step: Math.max(0, (number[1] ?? 1) - 1), title: titleOf(deck.slides[at]), text: "" };
      if (!everywhere) return [found];
    }
    return deck.slides.flatMap((slide, at) => {
      const title = titleOf(slide);
      const text = everywhere ? [textOf(slide), noteOf(at)].find((each) => words.every((w) => plain(each).includes(w)))
        : words.every((word) => plain(title).includes(word)) && title;
      return text ? [{ at, step: 0, title, text: everywhere && words.length ? around(text, words) : "" }] : [];
    });
  };

  const ask = (label, everywhere) => {
    const form = document.createElement("form");
    form.method = "dialog";
    form.className = "celldeck-search";
    const field = form.appendChild(document.createElement("input"));
    field.type = "text";
    field.autocomplete = "off";
    field.placeholder = label;
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-label", label);
    field.setAttribute("aria-expanded", "true");
    field.setAttribute("aria-controls", "celldeck-found");
    const list = form.appendChild(document.createElement("div"));
    list.id = "celldeck-found";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Slides");
    let found = [];
    let chosen = 0;

    const show = () => {
      list.replaceChildren(...found.map(({ at, title, text }, number) => {
        const row = document.createElement("div");
        row.id = `celldeck-found-${number}`;
        row.setAttribute("role", "option");
        row.setAttribute("aria-selected", String(number === chosen));
        row.append(Object.assign(document.createElement("b"), { textContent: at + 1 }),
          Object.assign(document.createElement("span"), { textContent: title || "(no title)" }),
          Object.assign(document.createElement("small"), { textContent: text }));
        row.addEventListener("click", () => go(number));
        return row;
      }));
      if (!found.length) {
        list.append(Object.assign(document.createElement("p"), { textContent: "no slide has this" }));
      }
      if (found.length) field.setAttribute("aria-activedescendant", `celldeck-found-${chosen}`);
      else field.removeAttribute("aria-activedescendant");
      list.children[chosen]?.scrollIntoView({ block: "nearest" });
    };
    const look = () => {
      found = find(field.value, everywhere).slice(0, 50);
      chosen = 0;
      show();
    };
    const close = deck.dialog(label, form);
    const go = (number) => {
      const to = found[number];
      close();
      if (to) deck.go(to.at, to.step);
    };

    field.addEventListener("input", look);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      go(chosen);
    });
    field.addEventListener("keydown", (event) => {
      const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!move) return;
      event.preventDefault();
      chosen = Math.min(Math.max(chosen + move, 0), Math.max(found.length - 1, 0));
      show();
    });
    look();
    field.focus();
  };

  deck.action("go", () => ask("Go to slide: number or title", false));
  deck.action("search", () => ask("Search slides and notes", true));
}
