/** The figures as one SVG with three panels of bars. It follows the reader's light or dark theme by itself. */

const width = 760
const panelWidth = 236
const barHeight = 22

export function drawChart(figures, aims) {
  const wake = quantile => values => values.wake.confirm.fromRequest[quantile]
  const panels = [
    panel('Sign-ins per CPU second', '', [
      bar(
        'scanlogin',
        figures.of('sign-ins', 'scanlogin', values => values.perServerCpuSecond),
      ),
      bar(
        'floor',
        figures.of('sign-ins', 'floor', values => values.perServerCpuSecond),
      ),
    ]),
    panel('Resident KiB per waiting browser', `aim: at most ${aims.residentKiB}`, [
      bar('long poll', figures.of('long-poll', 'scanlogin', residentKiB)),
      bar('floor', figures.of('long-poll', 'floor', residentKiB)),
      bar('event stream', figures.of('event-stream', 'scanlogin', residentKiB)),
      bar('floor', figures.of('event-stream', 'floor', residentKiB)),
    ]),
    panel('Confirm to browser, ms', 'from the phone’s request', [
      bar('p50', figures.of('long-poll', 'scanlogin', wake('p50'))),
      bar('p50, floor', figures.of('long-poll', 'floor', wake('p50'))),
      bar('p99', figures.of('long-poll', 'scanlogin', wake('p99'))),
      bar('p99, floor', figures.of('long-poll', 'floor', wake('p99'))),
    ]),
  ]
  const height = 60 + 4 * (barHeight + 18)
  const placed = panels.map((content, i) => `<g transform="translate(${8 + i * (panelWidth + 18)} 8)">${content}</g>`)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="scanlogin beside a bare node:http floor">
<style>
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 } .faint { fill: #59636e } .ours { fill: #0969da } .floor { fill: #9198a1 } .range { stroke: #1f2328 }
@media (prefers-color-scheme: dark) { text { fill: #f0f6fc } .faint { fill: #9198a1 } .ours { fill: #4493f8 } .floor { fill: #656c76 } .range { stroke: #f0f6fc } }
</style>
${placed.join('\n')}
</svg>
`
}

const residentKiB = values => values.residentBytesEach / 1024

function bar(label, range) {
  return { label, range, kind: label.includes('floor') ? 'floor' : 'ours' }
}

/** Bars from zero to the median, a thin line from the lowest to the highest round. */
function panel(title, note, bars) {
  const most = Math.max(...bars.map(({ range }) => range.max))
  const x = value => ((Math.max(0, value) / most) * (panelWidth - 4)).toFixed(1)
  const drawn = bars.map(({ label, range, kind }, i) => {
    const top = 40 + i * (barHeight + 18)
    const middle = top + 18 + (barHeight - 8) / 2
    return `<text x="0" y="${top + 12}">${label} <tspan class="faint">${shown(range.median)}</tspan></text>
<rect class="${kind}" x="0" y="${top + 18}" width="${x(range.median)}" height="${barHeight - 8}" rx="2"/>
<line class="range" x1="${x(range.min)}" x2="${x(range.max)}" y1="${middle}" y2="${middle}"/>`
  })
  return `<text class="title" y="12">${title}</text><text class="faint" y="28">${note}</text>\n${drawn.join('\n')}`
}

function shown(number) {
  return number >= 1000 ? Math.round(number).toLocaleString('en') : String(Number(number.toPrecision(3)))
}
