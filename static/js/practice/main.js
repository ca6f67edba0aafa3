/* Practice: the page's own buttons and links, by the keys that they name in data-key. */
import * as drawer from "../review/drawer.js";
import { slot } from "../review/dom.js";

const stage = document.querySelector(".stage");
const photo = document.getElementById("dialog-photo");

function showPhoto() {
  const small = document.querySelector(".source .photo");
  const large = photo.querySelector(".photo");
  large.setAttribute("viewBox", small.getAttribute("viewBox"));
  large.replaceChildren(...[...small.children].map((child) => child.cloneNode(true)));
  photo.showModal();
}

function controlFor(key) {
  return [...document.querySelectorAll("[data-key]")].find(({ dataset }) => dataset.key.split(" ").includes(key));
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return;
  const key = event.key === " " ? "space" : event.key.toLowerCase();
  const opensPhoto = photo?.dataset.opens.split(" ").includes(key);
  if (photo?.open) {
    if (opensPhoto) photo.close();
    return;
  }
  if ((key === "enter" || key === "space") && event.target.closest?.("a, button, summary")) return;
  if (opensPhoto) return showPhoto();
  const control = controlFor(key);
  if (!control) return;
  event.preventDefault();
  control.click();
});

document.addEventListener("click", (event) => {
  if (event.target === photo) photo.close();
  else if (event.target.closest("[data-action=photo]")) showPhoto();
  else if (event.target.closest("[data-action=guideline]")) drawer.toggle(stage);
});
if (slot("drawer")) drawer.restore(stage);
