// Draws each figure from the data block behind it; a figure on paper is as wide as the column of the style sheet.
"use strict";
const PAPER = 660;
const figures = [...document.querySelectorAll(".figure")];

function drawn(place) {
  const figure = JSON.parse(document.getElementById(place.dataset.from).textContent);
  return Plotly.newPlot(place, figure.data, { ...figure.layout, width: place.clientWidth }, figure.config);
}

function resized(width) {
  for (const place of figures) {
    const wanted = width || place.clientWidth;
    if (place.layout && wanted && place.layout.width !== wanted) Plotly.relayout(place, { width: wanted });
  }
}

Promise.all(figures.map(drawn)).then(() => { document.documentElement.dataset.drawn = figures.length; });
addEventListener("resize", () => resized());
addEventListener("beforeprint", () => {
  resized(PAPER);
  for (const each of document.querySelectorAll("details.short:not([open])")) { each.open = true; each.dataset.printed = "yes"; }
});
addEventListener("afterprint", () => {
  resized();
  for (const each of document.querySelectorAll("details[data-printed]")) { each.open = false; delete each.dataset.printed; }
});
