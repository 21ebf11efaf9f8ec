/** Let the sheets be printed on smaller paper; say whether that can be done: no style may ask for other paper.
 *
 * Args: `from` and `to`, [width, height] in CSS pixels.
 */
((from, to) => {
  const size = ([width, height]) => `${width}px ${height}px`;
  const rules = [];
  const collect = (list) => {
    for (const rule of list) {
      if (rule instanceof CSSPageRule) rules.push(rule);
      else if (rule.cssRules) collect(rule.cssRules);
    }
  };
  try {
    for (const sheet of document.styleSheets) collect(sheet.cssRules);
  } catch {
    // A style of another site is not for reading.
    return false;
  }
  const isPlain = (rule) => !rule.selectorText && rule.style.getPropertyValue("size") === size(from);
  if (!rules.length || !rules.every(isPlain)) return false;
  for (const rule of rules) rule.style.setProperty("size", size(to));
  return true;
})
