/* How the practice went: Enter goes on, the guideline's key opens it. */
import { keyTable, listen } from "../review/keys.js";

const profile = JSON.parse(document.getElementById("profile").textContent);
const whole = document.querySelector(".whole");
const table = keyTable("usable", profile);

listen(new Map([["enter", "next"], ...[...table].filter(([, action]) => action === "guideline")]), (action) => {
  if (action === "next") document.querySelector("[data-next]").click();
  else if (whole) whole.open = !whole.open;
});
