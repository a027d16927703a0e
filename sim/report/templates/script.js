"use strict";
// A link to data opens it.
const reveal = () => {
  const one = document.getElementById(location.hash.slice(1));
  if (one && one.tagName === "DETAILS") one.open = true;
};
addEventListener("hashchange", reveal);
reveal();
