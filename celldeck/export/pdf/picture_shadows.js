/** Give pictures the shadow of their box in place of a `drop-shadow`, which is the same where they are opaque.
 *
 * Chromium prints what has a filter as pixels, and loses what the picture is; a box has its shadow beside it.
 * Filter Effects, drop-shadow(): https://drafts.fxtf.org/filter-effects/#funcdef-filter-drop-shadow
 *
 * Args: `sizes` has [width, height] of each picture that a blank stands for, by name; `drawnSize`: see drawn_size.js;
 * `opaque`, the names of the pictures of which the above holds. Without these, the names are returned that are asked of.
 */
((sizes, drawnSize, opaque) => {
  const SHADOW = /^drop-shadow\(((?:rgba?|color|oklch|oklab|lab|lch)\([^)]*\)) (-?[\d.]+)px (-?[\d.]+)px ([\d.]+)px\)$/;
  const nameIn = (address) => {
    const name = /#([0-9a-f]{16})(?:"\))?$/.exec(address)?.[1];
    return name in sizes ? name : undefined;
  };
  const shadowOf = (style) => {
    const sides = ["Top", "Right", "Bottom", "Left"];
    if (style.boxShadow !== "none" || style.maskImage !== "none") return null;
    if (sides.some((side) => parseFloat(style[`padding${side}`]) || parseFloat(style[`border${side}Width`]))) return null;
    return SHADOW.exec(style.filter);
  };
  const set = (element, property, value) => element.style.setProperty(property, value, "important");
  const throwShadow = (element, [, colour, x, y, blur]) => {
    set(element, "filter", "none");
    // A filter's blur is the deviation that a shadow's is twice of.
    set(element, "box-shadow", `${x}px ${y}px ${2 * blur}px ${colour}`);
    // As a filter does: it stands in front of what is beside it and has no place of its own.
    set(element, "isolation", "isolate");
  };
  const names = new Set();
  for (const image of document.images) {
    const name = nameIn(image.src);
    const style = getComputedStyle(image);
    const shadow = name && shadowOf(style);
    if (!shadow || style.objectFit !== "fill") continue;
    names.add(name);
    if (opaque?.includes(name)) throwShadow(image, shadow);
  }
  // Marp's backgrounds are boxes: such a one becomes as large as its picture, and what is beside it stays in place.
  for (const figure of document.querySelectorAll("[data-marpit-advanced-background-container] > figure")) {
    const style = getComputedStyle(figure);
    const name = nameIn(style.backgroundImage);
    const shadow = name && shadowOf(style);
    const isPlain = style.backgroundPosition === "50% 50%" && style.backgroundRepeat === "no-repeat";
    if (!shadow || !isPlain || style.backgroundColor !== "rgba(0, 0, 0, 0)") continue;
    // Chromium draws backgrounds on whole pixels.
    const box = figure.getBoundingClientRect();
    const [left, top] = [box.left, box.top].map(Math.round);
    const around = [Math.round(box.right) - left, Math.round(box.bottom) - top];
    const size = drawnSize(style.backgroundSize, sizes[name], around);
    // Of what is larger than its box, a part is seen.
    if (size.some((side, axis) => side > around[axis] + 0.5)) continue;
    names.add(name);
    if (!opaque?.includes(name)) continue;
    const [width, height] = size.map(Math.round);
    const before = [
      left - box.left + Math.floor((around[0] - width) / 2),
      top - box.top + Math.floor((around[1] - height) / 2),
    ];
    const after = [box.width - width - before[0], box.height - height - before[1]];
    set(figure, "flex", "none");
    set(figure, "width", `${width}px`);
    set(figure, "height", `${height}px`);
    set(figure, "margin", `${before[1]}px ${after[0]}px ${after[1]}px ${before[0]}px`);
    set(figure, "background-size", "100% 100%");
    throwShadow(figure, shadow);
  }
  return [...names];
})
