/** Return a selector of all that may have a blank in its background by a style: to ask each element takes long. */
(() => {
  const BLANK = /#[0-9a-f]{16}\b/;
  const found = new Set(['[style*="#"]']);
  // What stands before or after an element is asked for at that element.
  const bare = (selector) => selector.replace(/::?(?:before|after)\b/g, "");
  const isSelector = (text) => {
    try {
      document.querySelector(text);
      return true;
    } catch {
      return false;
    }
  };
  const collect = (list, isNested) => {
    for (const rule of list) {
      if (rule.style && BLANK.test(rule.style.cssText)) {
        // That of a rule inside of another goes on from it, and that of an animation may be any.
        const isPlain = rule.selectorText && !isNested && isSelector(bare(rule.selectorText));
        found.add(isPlain ? bare(rule.selectorText) : "*");
      }
      if (rule.cssRules) collect(rule.cssRules, isNested || rule instanceof CSSStyleRule);
    }
  };
  for (const sheet of document.styleSheets) {
    try {
      collect(sheet.cssRules, false);
    } catch {
      // A style of another site is not for reading, and has no blank.
    }
  }
  return `:is(section, section *):is(${[...found].join(", ")})`;
})
