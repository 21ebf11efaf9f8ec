/** Let text that throws a shadow by a filter stay text: Chromium prints what has a filter as a picture.
 *
 * The background of a box with nothing but text throws the same shadow, and so do those inside of one without.
 * Filter Effects, drop-shadow(): https://drafts.fxtf.org/filter-effects/#funcdef-filter-drop-shadow
 */
(() => {
  const SHADOW = /^drop-shadow\((rgba?\([^)]*\)|color\([^)]*\)) (-?[\d.]+)px (-?[\d.]+)px ([\d.]+)px\)$/;
  const alphaOf = (color) => {
    const parts = color.slice(color.indexOf("(") + 1, -1).split(/[\s,/]+/);
    return /^rgba?\(/.test(color) && parts.length < 4 ? 1 : Number(parts.at(-1));
  };
  for (const element of document.querySelectorAll("section *")) {
    const style = getComputedStyle(element);
    const shadow = style.filter === "none" ? null : SHADOW.exec(style.filter);
    if (!shadow || !element.textContent.trim()) continue;
    const isPlain = style.boxShadow === "none" && style.backgroundImage === "none";
    if (!isPlain || element.querySelector("img, svg, canvas, video, iframe, object")) continue;
    const [, color, x, y, blur] = shadow;
    // Of a block of code, that of the theme `uncover` is one, it is the code that has a background.
    const isSeen = (box) => alphaOf(getComputedStyle(box).backgroundColor) > 0;
    const boxes = [element, ...element.querySelectorAll("*")].filter(isSeen);
    const outermost = boxes.filter((box) => !boxes.some((other) => other !== box && other.contains(box)));
    element.style.setProperty("filter", "none", "important");
    // The letters of a box that is seen through lose theirs: as text that throws a shadow, they would be there twice.
    for (const box of outermost) {
      const { backgroundColor, boxShadow } = getComputedStyle(box);
      const faint = `color-mix(in srgb, ${color} ${100 * alphaOf(backgroundColor)}%, transparent)`;
      // A filter's blur is the deviation that a shadow's is twice of.
      const own = boxShadow === "none" ? "" : `${boxShadow}, `;
      box.style.setProperty("box-shadow", `${own}${faint} ${x}px ${y}px ${2 * blur}px`, "important");
    }
  }
})
