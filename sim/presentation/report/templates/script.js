"use strict";
// Printed pages show what is folded away on the screen, except the long tables of data.
addEventListener("beforeprint", () => {
  for (const one of document.querySelectorAll("details.print")) one.open = true;
});
// A link to data opens it.
const reveal = () => {
  const one = document.getElementById(location.hash.slice(1));
  if (one && one.tagName === "DETAILS") one.open = true;
};
addEventListener("hashchange", reveal);
reveal();
