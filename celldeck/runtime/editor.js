/**
 * The editor of a cell, Ace, over the cell's code on the slide; loaded when a cell is first edited.
 *
 * Ctrl-Enter runs, Shift-Enter runs and closes, Escape closes, Shift-Tab gives help, Tab and Ctrl-Space complete
 * from the kernel. What was typed is kept by the server as an edit; the deck's file stays as it is until
 * somebody agrees to a diff.
 *
 * Ace: https://ace.c9.io/api/
 */
export default function editor(deck) {
  const { cells, bars } = deck;
  const least = 0.026; // of the window's height: readable from the last row
  const modes = {
    py: "python", python: "python", python3: "python", ipython: "python", ipython3: "python", r: "r", julia: "julia", jl: "julia",
    bash: "sh", sh: "sh", shell: "sh", zsh: "sh", javascript: "javascript", js: "javascript", typescript: "typescript", ts: "typescript",
    rust: "rust", rs: "rust", cpp: "c_cpp", "c++": "c_cpp", go: "golang", octave: "matlab", matlab: "matlab", ruby: "ruby", haskell: "haskell", hs: "haskell",
  };
  const loaded = new Map();
  let open = null; // {number, box, ace}
  let zoom = 1;
  let last = null;

  const load = (name) => {
    if (!loaded.has(name)) {
      loaded.set(name, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.nonce = document.querySelector("script[nonce]")?.nonce ?? "";
        script.src = `/~static/${name}`;
        script.addEventListener("load", resolve);
        script.addEventListener("error", () => { loaded.delete(name); reject(new Error(name)); });
        document.head.append(script);
      }));
    }
    return loaded.get(name);
  };

  const isDark = (colour) => {
    const [r, g, b] = (colour.match(/[\d.]+/g) ?? ["255", "255", "255"]).map(Number);
    return 0.299 * r + 0.587 * g + 0.114 * b < 128;
  };

  /** The ground that the code stands on: of the first element around it that has one. */
  const groundOf = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const { backgroundColor } = getComputedStyle(one);
      if (backgroundColor && !/^(transparent|rgba\(.*, 0\))$/.test(backgroundColor)) return backgroundColor;
    }
    return "rgb(255, 255, 255)";
  };

  /** What the code of a cell looks like: a cell that shows outputs alone takes after the first of the deck that shows code. */
  const codeLike = ({ code, outputs }) =>
    code ? code.querySelector("code") ?? code : deck.parent.querySelector("[data-code] code") ?? outputs;

  const place = () => {
    if (!open) return;
    const anchors = bars.anchorsOf(open.number);
    const anchor = anchors?.code ?? anchors?.outputs;
    if (!anchor) {
      close();
      return;
    }
    const rect = anchor.getBoundingClientRect();
    const code = codeLike(anchors);
    const scale = anchor.offsetWidth ? rect.width / anchor.offsetWidth : 1;
    const own = getComputedStyle(code);
    const around = getComputedStyle(anchor);
    const size = Math.max(parseFloat(own.fontSize) * scale, least * innerHeight) * zoom;
    // The text stays where it stood when the editor comes over it.
    const ratio = (parseFloat(own.lineHeight) || 1.35 * parseFloat(own.fontSize)) / parseFloat(own.fontSize);
    const lineHeight = size * ratio;
    const inset = (side) => (parseFloat(around[side]) + (code !== anchor && anchor.contains(code) ? parseFloat(own[side]) : 0)) * scale || 0;
    const lines = open.ace.session.getScreenLength();
    const width = Math.min(Math.max(rect.width, 24 * size), innerWidth - 16);
    const left = Math.max(8, Math.min(rect.left, innerWidth - width - 8));
    const wanted = Math.max(rect.height, lineHeight * (lines + 0.2) + 2 * inset("paddingTop"));
    const top = Math.max(8, Math.min(rect.top, innerHeight - Math.min(wanted, innerHeight - 16) - 8));
    Object.assign(open.box.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${Math.min(wanted, innerHeight - top - 8)}px` });
    open.ace.setFontSize(`${size}px`);
    open.ace.container.style.lineHeight = String(ratio);
    open.ace.renderer.setPadding(Math.max(6, inset("paddingLeft")));
    open.ace.renderer.setScrollMargin(inset("paddingTop"), inset("paddingTop"));
    open.ace.resize();
  };

  const codePoints = (text) => [...text].length;

  const cursorOf = (ace) => {
    const { row, column } = ace.getCursorPosition();
    const before = ace.session.getLines(0, row - 1).map((line) => `${line}\n`).join("") + ace.session.getLine(row).slice(0, column);
    return { code: ace.getValue(), cursor: codePoints(before), before };
  };

  // Names that only the code has which was not run yet.
  const words = {
    getCompletions(ace, session, position, prefix, callback) {
      const found = new Set(ace.getValue().match(/[\p{L}_][\p{L}\p{N}_]{2,}/gu) ?? []);
      found.delete(prefix.split(".").at(-1));
      callback(null, prefix.includes(".") ? [] : [...found].map((value) => ({ value, meta: "", score: 1 })));
    },
  };

  const completer = (number) => ({
    identifierRegexps: [/[\w.%\u00a2-\uffff]/],
    getCompletions(ace, session, position, prefix, callback) {
      const { code, cursor, before } = cursorOf(ace);
      cells.ask({ kind: "complete", cell: number, code, cursor }).then(({ matches, start, busy }) => {
        if (busy) bars.said("The kernel is busy; completion waits for it.");
        // Ace replaces what it takes for the word; the kernel may mean more of the line, or less.
        const meant = [...before].slice(start ?? cursor).join("");
        const extra = prefix.length - meant.length;
        const fits = extra >= 0 ? (text) => prefix.slice(0, extra) + text : (text) => text.slice(-extra);
        callback(null, (matches ?? []).map(([text, type], at) => ({ value: fits(text), meta: type, score: 1000 - at })));
      });
    },
  });

  const plain = (text) => text.replace(/\u001b\[[\d;]*m/g, "");

  const help = async (number, ace) => {
    const { code, cursor } = cursorOf(ace);
    const { text, busy, error } = await cells.ask({ kind: "inspect", cell: number, code, cursor });
    if (!open || open.number !== number) return;
    if (!text) {
      bars.said(error ?? (busy ? "The kernel is busy." : "There is no help for that."));
      return;
    }
    open.help?.remove();
    open.help = open.box.appendChild(document.createElement("pre"));
    open.help.className = "celldeck-inspected";
    open.help.tabIndex = 0;
    open.help.textContent = plain(text);
    open.help.style.fontSize = ace.getFontSize();
  };

  const closeHelp = () => {
    if (!open?.help) return false;
    open.help.remove();
    open.help = null;
    open.ace.focus();
    return true;
  };

  const close = () => {
    if (!open) return;
    const { number, box, ace } = open;
    open = null;
    clearTimeout(timer);
    const cell = cells.all.get(number);
    if (cell && !cell.fixed && ace.getValue() !== cell.source) cells.say({ kind: "edit", cell: number, source: ace.getValue() });
    ace.destroy();
    box.remove();
    document.body.classList.remove("celldeck-editing");
  };

  let timer = null;
  const keepSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (open) cells.say({ kind: "edit", cell: open.number, source: open.ace.getValue() });
    }, 700);
  };

  const run = (number) => {
    last = number;
    clearTimeout(timer);
    if (open?.number === number) {
      const { row } = open.ace.getCursorPosition();
      const asked = open.ace.session.getLine(row).match(/^\s*[\w.]+(?=\?{1,2}\s*$)/);
      if (asked) {
        open.ace.gotoLine(row + 1, asked[0].length);
        help(number, open.ace);
        return;
      }
      cells.say({ kind: "run", cell: number, source: open.ace.getValue() });
    } else cells.say({ kind: "run", cell: number });
  };

  const edit = async (number) => {
    const cell = cells.all.get(number);
    if (!cell || cell.fixed || open?.number === number) {
      open?.ace.focus();
      return;
    }
    close();
    last = number;
    // The kernel comes to this cell while somebody types.
    cells.say({ kind: "near", cell: number });
    const mode = modes[cell.language.toLowerCase()] ?? "text";
    try {
      await load("ace.js");
      await Promise.all(["ace-language_tools.js", "ace-one_dark.js", ...(mode === "text" ? [] : [`ace-mode-${mode}.js`])].map(load));
    } catch {
      bars.said("The editor is not installed: python -m pip install django-static-ace-builds");
      return;
    }
    const anchors = bars.anchorsOf(number);
    const anchor = anchors?.code ?? anchors?.outputs;
    if (!anchor || open) return;
    const box = bars.layer.appendChild(document.createElement("div"));
    box.className = "celldeck-editor";
    const ground = groundOf(anchor);
    const dark = isDark(ground);
    const ace = globalThis.ace.edit(box.appendChild(document.createElement("div")), {
      mode: `ace/mode/${mode}`,
      theme: dark ? "ace/theme/one_dark" : "ace/theme/textmate",
      useWorker: false, showPrintMargin: false, showGutter: false, highlightActiveLine: false, highlightGutterLine: false,
      tabSize: 4, useSoftTabs: true, wrap: false, displayIndentGuides: false, behavioursEnabled: true,
      enableBasicAutocompletion: [completer(number), words],
      // Ace reckons with letters of one width.
      fontFamily: codeLike(anchors) === anchors.outputs ? "ui-monospace, monospace" : getComputedStyle(codeLike(anchors)).fontFamily,
    });
    ace.session.setValue(cell.source);
    ace.container.style.background = ground;
    ace.textInput.getElement().setAttribute("aria-label", `Code of cell ${number + 1}`);
    open = { number, box, ace, help: null };
    document.body.classList.add("celldeck-editing");
    const keys = [
      ["run", "Ctrl-Enter|Command-Enter", () => run(number)],
      ["runAndClose", "Shift-Enter", () => { run(number); close(); }],
      ["leave", "Escape", () => { if (!closeHelp()) close(); }],
      ["help", "Shift-Tab", () => help(number, ace)],
      ["completeOrIndent", "Tab", () => {
        const { row, column } = ace.getCursorPosition();
        const isWord = /[\w.]$/.test(ace.session.getLine(row).slice(0, column));
        if (ace.selection.isEmpty() && isWord) ace.execCommand("startAutocomplete");
        else ace.indent();
      }],
      ["larger", "Ctrl-+|Ctrl-=|Command-+|Command-=", () => { zoom = Math.min(3, zoom * 1.15); place(); }],
      ["smaller", "Ctrl--|Command--", () => { zoom = Math.max(0.6, zoom / 1.15); place(); }],
    ];
    for (const [name, bindKey, exec] of keys) ace.commands.addCommand({ name, bindKey, exec });
    ace.on("change", () => { place(); keepSoon(); });
    place();
    ace.focus();
    ace.navigateFileEnd();
  };

  // ---- what was changed, as a diff

  const download = (text, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/x-diff" }));
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
  };

  const showDiff = async (number) => {
    if (open) {
      cells.say({ kind: "edit", cell: open.number, source: open.ace.getValue() });
    }
    const { diff, error, hint } = await cells.ask({ kind: "diff", cell: number });
    const content = document.createElement("div");
    content.className = "celldeck-diff";
    const title = content.appendChild(document.createElement("h2"));
    title.textContent = number === null ? "What was changed here" : "Keep in source";
    const text = content.appendChild(document.createElement("pre"));
    if (error) text.textContent = hint ? `${error}\n${hint}` : error;
    else if (!diff) text.textContent = "Nothing was changed.";
    else {
      text.append(...diff.split("\n").map((line) => {
        const kind = /^(\+\+\+|---) /.test(line) ? "span" : { "+": "ins", "-": "del" }[line[0]];
        const one = document.createElement(kind ?? "span");
        one.textContent = `${line}\n`;
        return one;
      }));
    }
    const buttons = content.appendChild(document.createElement("p"));
    let done = () => {};
    if (diff && number !== null) {
      buttons.append(bars.button("Write it into the file", "change the deck's file as shown", async () => {
        const answer = await cells.ask({ kind: "keep", cell: number, diff });
        done();
        close();
        bars.said(answer.error ? [answer.error, answer.hint].filter(Boolean).join(": ") : "It is in the source now.");
      }));
    }
    if (diff) buttons.append(bars.button("Download", "save the diff; apply it with git apply or patch -p1", () => download(diff, `${location.pathname.split("/").at(-1).replace(/\.html$/, "")}.diff`)));
    buttons.append(bars.button("Close", "close", () => done()));
    done = deck.dialog(title.textContent, content);
  };

  // ---- from where

  const firstHere = () => {
    const here = [...cells.all.keys()].filter((number) => bars.anchorsOf(number));
    return here.includes(last) ? last : here[0];
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || deck.claims.key(event) || deck.isOverview) return;
    const number = firstHere();
    if (number === undefined) return;
    const isRun = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    const isEdit = event.key === "e" && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!isRun && !isEdit) return;
    event.preventDefault();
    if (isRun) run(number);
    else edit(number);
  });
  // What is typed is typed: no key of the talk fires in the editor.
  bars.layer.addEventListener("keydown", (event) => event.stopPropagation());
  for (const kind of ["click", "dblclick", "pointerdown", "wheel", "touchstart"]) {
    bars.layer.addEventListener(kind, (event) => event.stopPropagation(), { passive: true });
  }

  deck.on("edit-cell", edit);
  deck.on("run-cell", run);
  deck.on("diff", showDiff);
  deck.on("reset", () => {
    if (!open) return;
    clearTimeout(timer);
    const cell = cells.all.get(open.number);
    open.ace.session.setValue(cell.built);
  });
  deck.on("slide", () => { if (open && !bars.anchorsOf(open.number)) close(); });
  deck.on("cells", (numbers) => {
    if (open && !cells.all.has(open.number)) close();
    else if (open && numbers.includes(open.number)) requestAnimationFrame(place);
  });
  addEventListener("resize", place);
}
