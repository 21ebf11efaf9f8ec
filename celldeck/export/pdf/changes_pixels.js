/** Say whether what is drawn of an element goes through a filter or a mask, its own or one around it. */
((element) => {
  for (let at = element; at instanceof Element; at = at.parentElement) {
    const style = getComputedStyle(at);
    if (style.filter !== "none" || style.maskImage !== "none" || style.backdropFilter !== "none") return true;
  }
  return false;
})
