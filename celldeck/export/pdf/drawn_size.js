/** Return how large, [width, height] in CSS pixels, a background is drawn.
 *
 * CSS Backgrounds and Borders, background-size: https://www.w3.org/TR/css-backgrounds-3/#the-background-size
 *
 * Args: `said`, the computed value; of the picture, `own` size; of what it is in the background of, the `around`.
 */
((said, own, around) => {
  const [x, y] = own.map((side, axis) => around[axis] / side);
  if (said === "cover" || said === "contain") {
    const scale = said === "cover" ? Math.max(x, y) : Math.min(x, y);
    return own.map((side) => side * scale);
  }
  const [width, height] = said.split(" ").map((side, axis) => {
    if (side.endsWith("%")) return (parseFloat(side) / 100) * around[axis];
    return side.endsWith("px") ? parseFloat(side) : null;
  });
  const isGiven = (side) => side !== null && side !== undefined;
  if (isGiven(width)) return [width, isGiven(height) ? height : (width * own[1]) / own[0]];
  return isGiven(height) ? [(height * own[0]) / own[1], height] : own;
})
