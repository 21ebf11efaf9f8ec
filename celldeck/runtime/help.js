/** The keys and what they do, by `?`. */
export default function help(deck) {
  const written = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc" };
  const nameOf = (key) => key.split("+").map((part) => written[part] ?? part).join(" ") || "+";

  deck.action("help", () => {
    const content = document.createElement("div");
    content.className = "celldeck-help";
    const title = document.createElement("h2");
    title.textContent = "Keys";
    content.append(title);
    const known = (deck.options.keys ?? []).filter(({ name, keys }) => keys.length && deck.actions.has(name));
    for (const group of new Set(known.map((action) => action.group))) {
      const part = document.createElement("section");
      const head = part.appendChild(document.createElement("h3"));
      head.textContent = group;
      const list = part.appendChild(document.createElement("dl"));
      for (const action of known.filter((each) => each.group === group)) {
        const term = list.appendChild(document.createElement("dt"));
        for (const key of action.keys) {
          const cap = term.appendChild(document.createElement("kbd"));
          cap.textContent = key === "+" ? "+" : nameOf(key);
        }
        list.appendChild(document.createElement("dd")).textContent = action.help;
      }
      content.append(part);
    }
    const done = content.appendChild(document.createElement("button"));
    done.type = "button";
    done.textContent = "Close";
    const close = deck.dialog("Keys", content);
    done.addEventListener("click", close);
    content.closest("dialog").addEventListener("keydown", ({ key }) => { if (key === "?") close(); });
  });
}
