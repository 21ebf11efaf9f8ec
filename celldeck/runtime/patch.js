/**
 * A slide turned into what other HTML says, where what both have in common stays: players play on, fields keep
 * their focus, what has been scrolled stays scrolled.
 *
 * Replaces `deck.patch(slide, before, after)`: `before` is the HTML that the slide was made of. The slide itself may
 * be another by now, since modules mark its parts and plots draw themselves; so the two texts are compared, and
 * what differs is changed in the slide at the same place. Where the places do not agree any more, a part is put
 * in anew as a whole.
 */
export default function patch(deck) {
  const parse = (html) => {
    const template = document.createElement("template");
    template.innerHTML = html.trim();
    return template.content.firstElementChild;
  };

  // A copy of a node whose scripts run when it is put into the page.
  const alive = (node) => (node instanceof Element ? deck.html(node.outerHTML).firstChild : document.importNode(node, true));

  // `<pre is="marp-pre">` is `<marp-pre is="marp-pre">` where the browser needs it so (fit.js).
  const agrees = (live, node) => live && live.nodeType === node.nodeType
    && (!(node instanceof Element) || live.localName === node.localName || live.localName === node.getAttribute("is"));

  // The classes and attributes that modules have put there are none of the text's.
  const setAttributes = (live, before, after) => {
    for (const { name, value } of before.attributes) {
      if (name !== "class" && after.getAttribute(name) !== value && !after.hasAttribute(name)) live.removeAttribute(name);
    }
    for (const { name, value } of after.attributes) {
      if (name !== "class" && before.getAttribute(name) !== value) live.setAttribute(name, value);
    }
    for (const name of before.classList) if (!after.classList.contains(name)) live.classList.remove(name);
    for (const name of after.classList) if (!before.classList.contains(name)) live.classList.add(name);
  };

  // Elements that look at their attributes, or at what they hold, only when they come into the page.
  const isWhole = (node) => node.localName === "script" || node.localName === "style" || node.localName === "iframe";

  /** Change a node of the slide, and say whether it could be. */
  const change = (live, before, after) => {
    if (before.isEqualNode(after)) return true;
    if (!agrees(live, before) || before.nodeName !== after.nodeName) return false;
    if (!(before instanceof Element)) {
      live.data = after.data;
      return true;
    }
    if (isWhole(before) || before.getAttribute("is") !== after.getAttribute("is")) return false;
    const lives = [...live.childNodes];
    const olds = [...before.childNodes];
    if (lives.length !== olds.length || !olds.every((node, at) => agrees(lives[at], node))) return false;
    setAttributes(live, before, after);
    const news = [...after.childNodes];
    const isSame = (at, other) => olds[at].isEqualNode(news[other]);
    let top = 0;
    while (top < Math.min(olds.length, news.length) && isSame(top, top)) top += 1;
    let below = 0;
    while (below < Math.min(olds.length, news.length) - top && isSame(olds.length - 1 - below, news.length - 1 - below)) below += 1;
    // Between them stands what was edited. Nodes that are equal there stay, the others become each other in turn.
    let at = top;
    const end = olds.length - below;
    for (const node of news.slice(top, news.length - below)) {
      const same = olds.findIndex((old, number) => number >= at && number < end && old.isEqualNode(node));
      if (same >= 0) {
        for (; at < same; at += 1) lives[at].remove();
        at += 1;
      } else if (at < end && !news.slice(top).some((other) => other.isEqualNode(olds[at])) && change(lives[at], olds[at], node)) {
        at += 1;
      } else {
        live.insertBefore(alive(node), lives[at] ?? null);
      }
    }
    for (; at < end; at += 1) lives[at].remove();
    return true;
  };

  deck.patch = (slide, before, after) => {
    const [old, other] = [parse(before), parse(after)];
    return Boolean(old && other) && change(slide, old, other);
  };
}
