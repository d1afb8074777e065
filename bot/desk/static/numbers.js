/*
 * Draws the charts of Numbers from the page's data with Chart.js, in the colours of numbers.css; again when the machine
 * goes from light to dark. No number is worked out here.
 */

const data = JSON.parse(document.getElementById("numbers-data").textContent);
const drawn = [];

function draw() {
  drawn.splice(0).forEach((chart) => chart.destroy());
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  Chart.defaults.color = colour("--quiet");
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  for (const one of data) drawn.push(new Chart(document.getElementById(`chart-${one.id}`), configOf(one, colour)));
}

function configOf({ kind, labels, series }, colour) {
  const isLine = kind === "line", isBars = kind === "bars";
  const numbers = { beginAtZero: true, stacked: kind === "stacked", grid: { color: colour("--grid") }, ticks: { precision: isLine ? undefined : 0 } };
  const names = { stacked: kind === "stacked", grid: { display: false }, ticks: { maxRotation: 0, autoSkip: !isBars } };
  return {
    type: isLine ? "line" : "bar",
    data: {
      labels,
      datasets: series.map(({ name, values }, at) => ({
        label: name,
        data: values,
        backgroundColor: colour(`--series-${(at % 6) + 1}`),
        borderColor: colour(`--series-${(at % 6) + 1}`),
        spanGaps: true,
        pointRadius: 3,
        maxBarThickness: 36,
      })),
    },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      indexAxis: isBars ? "y" : "x",
      interaction: { mode: "index", intersect: false, axis: isBars ? "y" : "x" },
      scales: isBars ? { x: numbers, y: names } : { x: names, y: numbers },
      plugins: { legend: { display: series.length > 1, position: "bottom", labels: { boxWidth: 14 } } },
    },
  };
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
draw();
