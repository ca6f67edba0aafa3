/** Marking many faces at once; without this each has a box of its own. */
const form = document.getElementById("marked");
const all = document.getElementById("mark-all");

if (form && all) {
  const boxes = [...form.querySelectorAll("input[name=claim]")];
  const button = document.getElementById("ask-marked");
  const count = button.querySelector(".count");

  const tell = () => {
    const marked = boxes.filter((box) => box.checked).length;
    count.textContent = String(marked);
    count.hidden = marked === 0;
    button.disabled = marked === 0;
    all.checked = marked === boxes.length;
    all.indeterminate = marked > 0 && marked < boxes.length;
  };
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    tell();
  });
  form.addEventListener("change", (event) => {
    if (event.target !== all) tell();
  });
  window.addEventListener("pageshow", tell);
  tell();
}
