// Marp's highlight.js is 11.12, the one at hand may be 11.11. This gives its grammars what they lack, as far
// as code on slides shows it. With a newer one it changes nothing.
// https://github.com/highlightjs/highlight.js/blob/main/CHANGES.md
{
  const { hljs } = RevealHighlight();
  const isOlder = /^11\.(\d|1[01])\./.test(hljs.versionString);

  const amend = (name, change) => {
    const { rawDefinition } = hljs.getLanguage(name);
    const amended = () => {
      const grammar = rawDefinition();
      change(grammar);
      return grammar;
    };
    if (isOlder) hljs.registerLanguage(name, amended);
  };

  /** Gives a grammar's modes, those within others too, each once. */
  const modes = (mode, known = new Set()) => {
    if (mode && typeof mode === "object" && !known.has(mode)) {
      known.add(mode);
      for (const inner of mode.contains ?? []) modes(inner, known);
      for (const inner of mode.variants ?? []) modes(inner, known);
      modes(mode.starts, known);
    }
    return known;
  };

  // Types with arguments and brackets, before a variable and before a method.
  amend("java", ({ contains }) => {
    const name = "[$_a-zA-Z\u00c0-\u02b8][$\\w\u00c0-\u02b8]*";
    const brackets = "(?:\\s*\\[\\s*\\])*";
    const inAngles = (depth) => {
      if (depth === 0) return "";
      const type = `${name}${inAngles(depth - 1)}${brackets}`;
      const argument = `(?:\\?(?:\\s+(?:extends|super)\\s+${type})?|${type})`;
      return `(?:\\s*<\\s*${argument}(?:\\s*,\\s*${argument})*\\s*>)?`;
    };
    const afterType = `${inAngles(3)}${brackets}\\s+`;
    const variable = contains.find((mode) => mode.className?.[3] === "variable");
    variable.begin = [name, afterType, name, brackets, /\s*/, /=(?!=)/];
    variable.className = { 1: "type", 3: "variable", 6: "operator" };
    const method = contains.find((mode) => mode.className?.[2] === "title.function");
    method.begin = [name, afterType, name, /\s*(?=\()/];
    method.className = { 1: "type", 3: "title.function" };
    // What looks like a type before a name but is the start of an expression.
    const words = contains.find((mode) => mode.beginKeywords?.startsWith("new throw"));
    words.beginKeywords += " yield assert";
    contains.splice(contains.indexOf(words), 1);
    contains.splice(contains.indexOf(variable), 0, words);
  });

  // `sizeof(x)` is no call, and by a slip of 11.12.0 neither is `register_all(x)`; `a1.b` holds no number.
  amend("cpp", (grammar) => {
    const reserved = grammar.keywords.keyword.map((word) => word.replace(/\|.*/, "")).join("|");
    for (const mode of modes(grammar)) {
      if (mode.className === "function.dispatch") mode.begin = `\\b(?!${reserved})${mode.begin}`;
      if (mode.className !== "number") continue;
      for (const variant of mode.variants) {
        variant.begin = variant.begin.replace(/(?<=\(\?:|\|)(?=\[0-9\]|0\[Xx\])/g, "\\b");
      }
    }
  });

  // `format(x)` is a call, though it begins like `for`; `'\\\\'` is a whole character.
  amend("rust", (grammar) => {
    for (const mode of modes(grammar)) {
      if (mode.className === "title.function.invoke") {
        mode.begin = mode.begin.replace("let|for|while|if|else|match", "(?:$&)");
      } else if (mode.scope === "char.escape") {
        mode.match = /\\(?:['"\\]|\w|x\w{2}|u\w{4}|U\w{8})/;
      }
    }
  });

  // Strings between single quotes.
  amend("json", ({ contains }) => {
    contains.unshift({ className: "attr", begin: /'(?:\\.|[^\\'\r\n])*'(?=\s*:)/ });
    contains.push(hljs.APOS_STRING_MODE);
  });

  // Places of one line only: `@@ -1 +1 @@`.
  amend("diff", ({ contains }) => {
    for (const mode of contains) {
      if (mode.className === "meta") mode.match = mode.match.replaceAll(",\\d+ +", "(?:,\\d+)? +");
    }
  });

  // `1_000`, `0b_1010`, `19.99m`
  amend("csharp", (grammar) => {
    const digits = "\\d(?:_*\\d)*";
    const suffix = "(?:[uU][lL]?|[lL][uU]?)?";
    const decimal = `(?:\\b${digits}(?:\\.(?:${digits})?)?|\\.${digits})(?:[eE][-+]?${digits})?`;
    for (const mode of modes(grammar)) {
      if (mode.className === "number") {
        mode.variants = [
          { begin: `\\b0[bB]_*[01](?:_*[01])*${suffix}` },
          { begin: `-?\\b0[xX]_*[a-fA-F0-9](?:_*[a-fA-F0-9])*${suffix}` },
          { begin: `-?${decimal}(?:[fFdDmM]|${suffix})` },
        ];
      }
    }
  });

  // What stands in `<style>` and `<script>` is not guessed.
  amend("xml", (grammar) => {
    for (const { starts } of modes(grammar)) {
      if (Array.isArray(starts?.subLanguage)) [starts.subLanguage] = starts.subLanguage;
    }
  });

  // Classes and calls.
  amend("dart", ({ contains }) => {
    const type = { scope: "title.class", match: /\b_?(?:[A-Z]+[a-z0-9]+)+[A-Z]*(?![A-Za-z0-9_])/ };
    const name = /\b(?!(?:assert|catch|for|if|switch|while)\b)[a-z_]\w*(?=\()/;
    const call = { scope: "title.function", match: name };
    contains.splice(contains.findIndex((mode) => mode.className === "class") + 1, 0, type, call);
  });
}
