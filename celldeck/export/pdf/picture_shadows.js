/** Give pictures the shadow of their box in place of a `drop-shadow`, which is the same where they are opaque.
 *
 * Chromium prints what has a filter as pixels, and loses what the picture is; a box has its shadow beside it.
 * Filter Effects, drop-shadow(): https://drafts.fxtf.org/filter-effects/#funcdef-filter-drop-shadow
 *
 * `opaque` has the names of the pictures of which that holds. Without it, the names are returned that are asked of.
 */
((opaque) => {
  const shadow = /^drop-shadow\(((?:rgba?|color|oklch|oklab|lab|lch)\([^)]*\)) (-?[\d.]+)px (-?[\d.]+)px ([\d.]+)px\)$/;
  const names = new Set();
  for (const image of document.images) {
    const name = /#([0-9a-f]{16})$/.exec(image.src)?.[1];
    const style = getComputedStyle(image);
    const found = name && shadow.exec(style.filter);
    if (!found || style.boxShadow !== "none" || style.maskImage !== "none" || style.objectFit !== "fill") continue;
    const sides = ["Top", "Right", "Bottom", "Left"];
    if (sides.some((side) => parseFloat(style[`padding${side}`]) || parseFloat(style[`border${side}Width`]))) continue;
    names.add(name);
    if (!opaque?.includes(name)) continue;
    const [, colour, x, y, blur] = found;
    image.style.setProperty("filter", "none", "important");
    // A filter's blur is the deviation that a shadow's is twice of.
    image.style.setProperty("box-shadow", `${x}px ${y}px ${2 * blur}px ${colour}`, "important");
    // As a filter does: it stands in front of what is beside it and has no place of its own.
    image.style.setProperty("isolation", "isolate", "important");
  }
  return [...names];
})
