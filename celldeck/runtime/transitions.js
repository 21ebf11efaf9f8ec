/**
 * How one slide gives way to the next: the directive `transition`, played by the browser's view transitions.
 *
 * Our own are keyframes in `transitions.css`; an author's are found by Marp's names for them:
 * `marp-transition-NAME`, or `marp-outgoing-…` and `marp-incoming-…`, each also with `-transition-backward-`.
 *
 * Marp: https://github.com/marp-team/marp-cli/tree/main/docs/bespoke-transitions
 */
export default function transitions(deck) {
  if (!document.startViewTransition) return;
  const sheet = document.head.appendChild(document.createElement("style"));
  const less = matchMedia("(prefers-reduced-motion: reduce)");
  let frames = null; // keyframes by name
  let waiting = null; // an update that its transition has not asked for yet

  const collect = (rules, found) => {
    for (const rule of rules) {
      if (rule instanceof CSSKeyframesRule) found.set(rule.name, rule);
      else if (rule.cssRules) collect(rule.cssRules, found);
      else if (rule.styleSheet) collectSheet(rule.styleSheet, found);
    }
    return found;
  };

  const collectSheet = (css, found) => {
    try {
      collect(css.cssRules, found);
    } catch {
      // A stylesheet from elsewhere does not show its rules.
    }
    return found;
  };

  const keyframes = () => {
    frames ??= [...document.styleSheets].reduce((found, css) => collectSheet(css, found), new Map());
    return frames;
  };

  /** The animation of one side, "outgoing" or "incoming": `{name, reverse}`, or null if it has none. */
  const animationOf = (side, name, isBack) => {
    for (const way of isBack ? ["backward-", ""] : [""]) {
      const own = `marp-${side}-transition-${way}${name}`;
      const simple = `marp-transition-${way}${name}`;
      if (keyframes().has(own)) return { name: own, reverse: false };
      if (keyframes().has(simple)) return { name: simple, reverse: side === "incoming" };
    }
    return null;
  };

  const durationIn = (name) => {
    for (const frame of keyframes().get(name).cssRules) {
      const said = frame.style.getPropertyValue("--marp-transition-duration").trim();
      if (said && /^(0%|from)/.test(frame.keyText)) return said;
    }
    return null;
  };

  const settingsOf = (from, index) => {
    const slide = deck.slides[from];
    const section = slide?.querySelector("[data-transition], [data-transition-back]");
    const said = section?.getAttribute(index > from ? "data-transition" : "data-transition-back");
    if (!said) return null;
    try {
      return JSON.parse(said);
    } catch {
      return null; // An author's own HTML may carry any attribute.
    }
  };

  const play = (from, index) => {
    const said = settingsOf(from, index);
    if (!said || said.name === "none") return null;
    const isBack = index < from;
    const names = less.matches ? ["__builtin__fade"]
      : [said.name, ...(said.builtinFallback ? [`__builtin__${said.name}`] : [])];
    for (const name of names) {
      const sides = { old: animationOf("outgoing", name, isBack), new: animationOf("incoming", name, isBack) };
      const ours = Object.values(sides).filter(Boolean);
      if (!ours.length) continue;
      const duration = said.duration ?? ours.map((side) => durationIn(side.name)).find(Boolean) ?? "0.5s";
      return { sides, isBack, duration: CSS.supports("animation-duration", duration) ? duration : "0.5s" };
    }
    return null;
  };

  const cssOf = ({ sides, isBack, duration }) => {
    const look = Object.entries(sides).map(([side, animation]) => `::view-transition-${side}(root) {
      animation: ${animation
        ? `${duration} ease ${animation.reverse ? "reverse" : "normal"} both ${CSS.escape(animation.name)}` : "none"};
      mix-blend-mode: normal; }`);
    return `:root { --marp-transition-direction: ${isBack ? -1 : 1}; }
      ::view-transition-group(*) { animation-duration: ${duration}; }
      ${look.join("\n")}`;
  };

  deck.on("slides", () => { frames = null; });

  deck.paint = (update, { index, from, animate }) => {
    waiting?.(); // Updates keep their order, also when the next comes before the last has its first frame.
    const plan = animate && from.index >= 0 && index !== from.index && !document.hidden
      ? play(from.index, index) : null;
    if (!plan) {
      update();
      return;
    }
    const once = () => {
      if (waiting !== once) return;
      waiting = null;
      update();
    };
    waiting = once;
    const css = cssOf(plan);
    sheet.textContent = css;
    const transition = document.startViewTransition(once);
    // A transition that the next one cuts short is no fault.
    transition.ready.catch(() => {});
    transition.finished.finally(() => { if (sheet.textContent === css) sheet.textContent = ""; });
  };
}
