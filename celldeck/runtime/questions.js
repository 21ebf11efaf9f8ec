/** What a cell asks by `input()`: a field below it. */
export default function questions(deck) {
  const { cells, bars } = deck;
  let form = null;

  const close = () => {
    form?.remove();
    form = null;
  };

  const place = () => {
    if (!form) return;
    const anchors = bars.anchorsOf(Number(form.dataset.for));
    const rect = (anchors?.outputs ?? anchors?.code)?.getBoundingClientRect();
    form.style.left = `${rect?.left ?? 20}px`;
    form.style.width = `${Math.max(320, rect?.width ?? 400)}px`;
    form.style.top = `${Math.min((rect?.bottom ?? innerHeight) + 4, innerHeight - form.offsetHeight - 8)}px`;
  };

  deck.on("kernel", ({ question }) => {
    if (!question) {
      close();
      return;
    }
    if (form?.dataset.for === String(question.cell) && form.dataset.prompt === question.prompt) return;
    close();
    form = document.createElement("form");
    form.className = "celldeck-question";
    form.dataset.for = String(question.cell);
    form.dataset.prompt = question.prompt;
    const label = form.appendChild(document.createElement("label"));
    label.append(question.prompt || "The cell asks for input");
    const field = label.appendChild(document.createElement("input"));
    field.type = question.secret ? "password" : "text";
    field.autocomplete = "off";
    const send = form.appendChild(document.createElement("button"));
    send.textContent = "Answer";
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      cells.say({ kind: "answer", text: field.value });
      close();
    });
    field.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") cells.say({ kind: "interrupt" });
    });
    bars.layer.append(form);
    place();
    // Where somebody types already, the focus stays.
    if (!document.activeElement?.matches("textarea, input")) field.focus();
  });
  for (const event of ["outputs", "slide", "step"]) deck.on(event, () => requestAnimationFrame(place));
  addEventListener("resize", place);
}
