// SPDX-License-Identifier: Apache-2.0
// Draws the page from the data that the program put in it; every figure was computed there.
'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const byId = (id) => document.getElementById(id);
const NONE = '\u2013';

function element(tag, properties = {}, children = []) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const fixed = (value, digits) => (value === null ? NONE : value.toFixed(digits));
const signed = (value, digits) => (value > 0 ? '+' : '') + fixed(value, digits);
const percent = (share, digits = 2) => (share === null ? NONE : `${fixed(100 * share, digits)} %`);
const interval = (summary, scale, digits) => (summary.low === null ? NONE
  : `${signed(scale * summary.low, digits)} to ${signed(scale * summary.high, digits)}`);

// A column: [label, text of a row, whether it is a number].
function table(columns, rows, cards = true) {
  const head = columns.map(([label, , number]) =>
    element('th', {textContent: label, scope: 'col', className: number ? 'number' : ''}));
  const body = rows.map((row) => element('tr', {}, columns.map(([label, text, number]) => {
    const cell = element('td', {className: number ? 'number' : ''}, [text(row)]);
    cell.dataset.label = label;
    return cell;
  })));
  return element('div', {className: 'wide'}, [
    element('table', {className: cards ? 'cards' : ''}, [
      element('thead', {}, [element('tr', {}, head)]), element('tbody', {}, body)])]);
}

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
// Where there are more runs than colours, those of one configuration share theirs.
const hue = (run, index) => (data.runs.length > 6 ? run.arm : index);
const colour = (index) => style(`--c${index % 6}`);

function named(text, index) {
  const swatch = element('span', {className: 'swatch'});
  swatch.style.background = `var(--c${index % 6})`;
  return element('span', {}, [swatch, text]);
}

function fillTables() {
  const config = (key) => (run) => String(key === 'seed' ? run.seed : run.config[key]);
  const last = (run) => run.epochs[run.epochs.length - 1];
  byId('about').textContent = `${data.runs.length} ${data.runs.length === 1 ? 'run' : 'runs'} of ` +
    `${data.arms.length} ${data.arms.length === 1 ? 'configuration' : 'configurations'}`;
  byId('made').textContent = `Made by sumac ${data.version}, sumac report.`;
  byId('runs').append(table([
    ['run', (run) => named(run.name, hue(run, data.runs.indexOf(run)))],
    ['model', config('model')],
    ['products', config('mul')],
    ['of gradients', config('mul-backward')],
    ['comp', config('comp')],
    ['format', config('format')],
    ['mul-free', config('mul-free')],
    ['shards', config('shards'), true],
    ['seed', config('seed'), true],
    ['epochs', (run) => (run.finished ? String(run.config.epochs)
      : `${run.epochs.length} of ${run.config.epochs}`), true],
    ['test accuracy', (run) => percent(last(run).test_accuracy), true],
    ['test loss', (run) => fixed(last(run).test_loss, 4), true],
    ['images/s', (run) => fixed(last(run).images_per_second, 0), true],
  ], data.runs));

  byId('comparison').hidden = data.differences.length === 0;
  byId('differences').append(table([
    ['configuration', (row) => data.arms[row.arm].name],
    ['less', (row) => data.arms[row.baseline].name],
    ['seeds', (row) => row.pairs.map((pair) => pair.seed).join(', ') || NONE],
    ['accuracy, points', (row) => (row.test_accuracy.n === 0 ? NONE
      : signed(100 * row.test_accuracy.mean, 3)), true],
    ['deviation', (row) => (row.test_accuracy.deviation === null ? NONE
      : fixed(100 * row.test_accuracy.deviation, 3)), true],
    ['95 % interval', (row) => interval(row.test_accuracy, 100, 3), true],
    ['loss', (row) => (row.test_loss.n === 0 ? NONE : signed(row.test_loss.mean, 4)), true],
    ['its deviation', (row) => fixed(row.test_loss.deviation, 4), true],
    ['its 95 % interval', (row) => interval(row.test_loss, 1, 4), true],
  ], data.differences));

  byId('arms').append(table([
    ['configuration', (arm) => arm.name],
    ['finished runs', (arm) => String(arm.test_accuracy.n), true],
    ['mean test accuracy', (arm) => percent(arm.test_accuracy.mean), true],
    ['deviation, points', (arm) => (arm.test_accuracy.deviation === null ? NONE
      : fixed(100 * arm.test_accuracy.deviation, 3)), true],
    ['95 % interval', (arm) => (arm.test_accuracy.low === null ? NONE
      : `${percent(arm.test_accuracy.low)} to ${percent(arm.test_accuracy.high)}`), true],
    ['mean test loss', (arm) => fixed(arm.test_loss.mean, 4), true],
  ], data.arms));

  if (data.differing.length === 0) {
    byId('differing').textContent = 'Nothing: there is one configuration.';
  } else {
    byId('differing').append(table([['run', (run) => run.name],
      ...data.differing.map((key) => [key, (run) => config(key)(run) || NONE])], data.runs));
  }
}

// Figures of a layer and pass: [title, number of it or null].
const scaled = (value) => (value === null ? null : 100 * value);
const shrunk = (slope) => (slope === null ? null : 100 * (1 - slope));
const MEASURES = [
  ['Shrinkage of dot products, %', (row) => shrunk(row.dots.slope)],
  ['Shrinkage after batch norm, %', (row) => shrunk(row.dots.slope_after_batch_norm)],
  ['Mean relative error of products, %', (row) => scaled(row.products.mean_relative_error)],
  ['Error of dot products, %', (row) => scaled(row.dots.weighted_error)],
  ['Products of a zero operand, %', (row) => scaled(row.products.zero_operand)],
  ['Underflowed products, %', (row) => scaled(row.products.underflowed)],
  ['Saturated products, %', (row) => scaled(row.products.saturated)],
];
const PASSES = ['forward', 'input-gradient', 'weight-gradient'];
const diagnosed = data.runs.filter((run) => run.diagnostics !== null);
const layersOf = (run) => [...new Set(run.diagnostics.layers.map((row) => row.layer))];

function fillDiagnostics() {
  byId('diagnostics').hidden = diagnosed.length === 0;
  byId('measure').append(...MEASURES.map(([title], index) =>
    element('option', {value: index, textContent: title})));
  const number = (title, of) => [title, (row) => fixed(of(row), 3), true];
  diagnosed.forEach((run, index) => {
    const chart = element('div', {className: 'chart'}, [
      element('canvas', {id: `diagnosed-${index}`})]);
    chart.style.height = `${6 + 2.6 * layersOf(run).length}rem`;
    const rows = table([['layer', (row) => row.layer], ['pass', (row) => row.pass],
      ...MEASURES.map(([title, of]) => number(title, of)),
      number('pam against binary64, %', (row) => scaled(row.binary64.pam.weighted_error)),
      ['ieee against binary64, %', (row) => (row.binary64.ieee.weighted_error === null ? NONE
        : (100 * row.binary64.ieee.weighted_error).toExponential(1)), true],
    ], run.diagnostics.layers);
    byId('diagnosed').append(
      element('h3', {textContent: `${run.name}, ${run.diagnostics.images} images`}),
      element('figure', {}, [chart]),
      element('details', {}, [element('summary', {textContent: 'All figures'}), rows]));
  });
}

let charts = [];
const narrow = () => window.innerWidth < 800;

function axis(title) {
  return {title: {display: title !== '', text: title, color: style('--faint')},
    grid: {color: style('--line')}, ticks: {color: style('--faint')}};
}

function draw(id, type, datasets, options, labels) {
  charts.push(new Chart(byId(id), {type, data: {labels, datasets}, options: {
    animation: false, responsive: true, maintainAspectRatio: false, ...options}}));
}

// A run is two lines, test and training, that its name in the legend shows and hides together.
function drawCurves(id, key, scale) {
  const datasets = data.runs.flatMap((run, index) => ['test', 'train'].map((set) => ({
    label: set === 'test' ? run.name : `${run.name}, training`,
    data: run.epochs.map((epoch) => ({x: epoch.epoch, y: scale * epoch[`${set}_${key}`]})),
    borderColor: colour(hue(run, index)), backgroundColor: colour(hue(run, index)),
    borderWidth: set === 'test' ? 2.5 : 1.5, borderDash: set === 'test' ? [] : [5, 4],
    pointRadius: run.epochs.length > 40 ? 0 : 2.5, pointHitRadius: 8,
  })));
  const epochs = Math.max(...data.runs.map((run) => run.epochs.length));
  draw(id, 'line', datasets, {
    // Of many runs the one that is pointed at, of few all.
    interaction: {mode: 'nearest', axis: data.runs.length > 4 ? 'xy' : 'x', intersect: false},
    scales: {x: {...axis('epoch'), type: 'linear', min: epochs > 1 ? 1 : 0,
      ticks: {color: style('--faint'), precision: 0}}, y: axis('')},
    plugins: {
      legend: {position: 'bottom', labels: {color: style('--ink'), boxWidth: 14,
        filter: (item) => item.datasetIndex % 2 === 0},
      onClick: (event, item, legend) => {
        for (const index of [item.datasetIndex, item.datasetIndex + 1]) {
          legend.chart.setDatasetVisibility(index, !legend.chart.isDatasetVisible(index));
        }
        legend.chart.update();
      }},
      tooltip: {callbacks: {
        title: (items) => (items.length > 0 ? `epoch ${items[0].parsed.x}` : ''),
        label: (item) => `${item.dataset.label}: ${item.parsed.y.toFixed(scale === 100 ? 2 : 4)}`,
      }},
    },
  });
}

function drawDiagnosed(run, index) {
  const [title, of] = MEASURES[Number(byId('measure').value)];
  const layers = layersOf(run);
  const rowOf = (layer, pass) =>
    run.diagnostics.layers.find((row) => row.layer === layer && row.pass === pass);
  const datasets = PASSES.map((pass, number) => ({
    label: pass, backgroundColor: colour(number),
    data: layers.map((layer) => (rowOf(layer, pass) ? of(rowOf(layer, pass)) : null)),
  }));
  draw(`diagnosed-${index}`, 'bar', datasets, {
    indexAxis: 'y', interaction: {mode: 'index', axis: 'y', intersect: false},
    scales: {x: {...axis(title), beginAtZero: true},
      y: {...axis(''), ticks: {color: style('--faint'), autoSkip: false,
        font: {size: narrow() ? 10 : 12}}}},
    plugins: {legend: {position: 'top', labels: {color: style('--ink'), boxWidth: 14}}},
  }, layers);
}

function drawAll() {
  charts.forEach((chart) => chart.destroy());
  charts = [];
  drawCurves('accuracy', 'accuracy', 100);
  drawCurves('loss', 'loss', 1);
  diagnosed.forEach(drawDiagnosed);
}

fillTables();
fillDiagnostics();
drawAll();
byId('measure').addEventListener('change', drawAll);
// Charts take their colours when they are drawn.
window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
