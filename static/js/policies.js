// Rows of a draft: added, moved, removed and put back; the figures of an activation counted anew; printing.

function place(list) {
  const rows = list.querySelectorAll("[data-row]");
  rows.forEach((row, index) => {
    const field = row.querySelector("input[name$='-ORDER']");
    if (field) field.value = index + 1;
  });
}

function setGone(row, button, gone) {
  row.toggleAttribute("data-gone", gone);
  row.querySelector("input[name$='-DELETE']").checked = gone;
  button.textContent = gone ? button.dataset.back : button.dataset.away;
}

function add(box) {
  const total = box.querySelector("input[name$='-TOTAL_FORMS']");
  const list = box.querySelector("[data-list]");
  const made = box.querySelector("template").content.cloneNode(true);
  for (const one of made.querySelectorAll("[name], [id], [for]")) {
    for (const name of ["name", "id", "for"]) {
      if (one.hasAttribute(name)) one.setAttribute(name, one.getAttribute(name).replace("__prefix__", total.value));
    }
  }
  total.value = Number(total.value) + 1;
  list.append(made);
  list.lastElementChild.querySelector("input:not([type='hidden']), select").focus();
}

function showPicked(input) {
  const spot = input.closest(".picture-row")?.querySelector(".picture-place");
  if (!spot || !input.files.length) return;
  const words = document.createElement("span");
  words.className = "small muted";
  words.textContent = input.files[0].name;
  spot.replaceChildren(words);
}

function act(box, event) {
  const button = event.target.closest("button");
  if (!button) return;
  const row = button.closest("[data-row]");
  if (button.matches("[data-add]")) add(box);
  else if (button.matches("[data-up]")) row.previousElementSibling?.before(row);
  else if (button.matches("[data-down]")) row.nextElementSibling?.after(row);
  else if (button.matches("[data-remove]")) setGone(row, button, !row.hasAttribute("data-gone"));
  else return;
  if (button.matches("[data-up], [data-down]")) button.focus();
}

function isSpare(row) {
  const typed = [...row.querySelectorAll("input:not([name$='-ORDER'], [type='checkbox'])")];
  return !row.querySelector(".errorlist") && typed.every((field) => !field.value);
}

for (const box of document.querySelectorAll("[data-rows]")) {
  box.dataset.live = "";
  box.closest("form").dataset.live = "";
  box.addEventListener("click", (event) => act(box, event));
  box.addEventListener("change", (event) => {
    if (event.target.matches("input[type='file']")) showPicked(event.target);
  });
  for (const row of box.querySelectorAll("[data-row]")) {
    if (isSpare(row)) row.remove(); // there is a button to add one
    else if (row.querySelector("input[name$='-DELETE']").checked) setGone(row, row.querySelector("[data-remove]"), true);
  }
  box.closest("form").addEventListener("submit", () => place(box.querySelector("[data-list]")));
}

let asked = 0;

async function recount(form) {
  const number = ++asked;
  const data = new FormData(form);
  data.delete("csrfmiddlewaretoken");
  const address = `${location.pathname}?${new URLSearchParams(data)}`;
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok || number !== asked) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const figures = page.getElementById("effect-figures");
  if (figures) document.getElementById("effect-figures").replaceChildren(...figures.childNodes);
}

const activation = document.querySelector("form[data-recount]");
if (activation) {
  activation.querySelector("[data-count]")?.setAttribute("hidden", "");
  activation.addEventListener("change", (event) => {
    if (event.target.matches("select, input[type='checkbox']")) recount(activation).catch(() => {});
  });
}

document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
