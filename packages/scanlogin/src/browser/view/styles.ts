import { waysCss } from '../ways/styles.ts'

/**
 * The look, as one constructed sheet: a strict Content Security Policy blocks style elements and attributes, but not
 * this. Colours follow the `color-scheme` of the page around, and every one can be replaced by a custom property.
 */
const css = `
:host {
  --_accent: var(--scan-login-accent, #3451d1);
  --_on-accent: var(--scan-login-on-accent, #ffffff);
  --_surface: var(--scan-login-surface, #ffffff);
  --_sunken: var(--scan-login-sunken, #f5f6f9);
  --_raised: var(--scan-login-raised, #ffffff);
  --_text: var(--scan-login-text, #161a26);
  --_quiet: var(--scan-login-quiet, #5b6272);
  --_line: var(--scan-login-line, #e3e6ee);
  --_good: var(--scan-login-good, #12804f);
  --_bad: var(--scan-login-bad, #b3261e);
  --_warn: var(--scan-login-warn, #8a5a00);
  --_warn-ground: var(--scan-login-warn-ground, #fdf4e0);
  --_shadow: rgb(22 26 38 / 0.04);
  --_deep-shadow: rgb(22 26 38 / 0.14);
  --_radius: var(--scan-login-radius, 20px);
  display: block;
  inline-size: 100%;
  max-inline-size: 21.5rem;
  font: 400 0.9375rem/1.5 var(--scan-login-font, system-ui, -apple-system, 'Segoe UI', Roboto, 'PingFang SC',
    'Hiragino Sans GB', 'Microsoft YaHei', 'Noto Sans', 'Noto Sans CJK SC', 'Liberation Sans', 'WenQuanYi Zen Hei',
    sans-serif);
  color: var(--_text);
  -webkit-text-size-adjust: 100%;
}
@supports (color: light-dark(#000, #fff)) {
  :host {
    --_accent: var(--scan-login-accent, light-dark(#3451d1, #9db0ff));
    --_on-accent: var(--scan-login-on-accent, light-dark(#ffffff, #0d1330));
    --_surface: var(--scan-login-surface, light-dark(#ffffff, #181b24));
    --_sunken: var(--scan-login-sunken, light-dark(#f5f6f9, #20242f));
    --_raised: var(--scan-login-raised, light-dark(#ffffff, #3a4152));
    --_text: var(--scan-login-text, light-dark(#161a26, #eef0f6));
    --_quiet: var(--scan-login-quiet, light-dark(#5b6272, #a4abbb));
    --_line: var(--scan-login-line, light-dark(#e3e6ee, #2f3442));
    --_good: var(--scan-login-good, light-dark(#12804f, #5fd39b));
    --_bad: var(--scan-login-bad, light-dark(#b3261e, #ff9b93));
    --_warn: var(--scan-login-warn, light-dark(#7a4f00, #f3c66b));
    --_warn-ground: var(--scan-login-warn-ground, light-dark(#fdf4e0, #33290f));
    --_shadow: light-dark(rgb(22 26 38 / 0.04), rgb(0 0 0 / 0.2));
    --_deep-shadow: light-dark(rgb(22 26 38 / 0.14), rgb(0 0 0 / 0.5));
  }
}
:host([hidden]), [hidden] { display: none !important; }
*, ::before, ::after { box-sizing: border-box; }
.card {
  display: flex;
  flex-direction: column;
  align-items: center;
  min-block-size: 31.5rem;
  padding: 1.75rem 1.75rem 1.25rem;
  border: 1px solid var(--_line);
  border-radius: var(--_radius);
  background: var(--_surface);
  box-shadow: 0 1px 2px var(--_shadow), 0 12px 32px -18px var(--_deep-shadow);
  text-align: center;
}
.card:focus { outline: none; }
h2, p { margin: 0; }
h2 { font-size: 1.25rem; font-weight: 650; line-height: 1.3; letter-spacing: -0.012em; text-wrap: balance; }
.hint { margin-block-start: 1rem; color: var(--_quiet); text-wrap: balance; }
.frame {
  position: relative;
  display: grid;
  flex: auto;
  inline-size: 100%;
  max-inline-size: 17rem;
  margin-block-start: 1.125rem;
  border-radius: calc(var(--_radius) * 0.8);
  background: var(--_sunken);
  box-shadow: inset 0 0 0 1px var(--_line);
  overflow: hidden;
}
.frame > * { grid-area: 1 / 1; min-inline-size: 0; }
.card[data-kind='code'] .frame { flex: none; background: #ffffff; box-shadow: inset 0 0 0 1px rgb(22 26 38 / 0.1); }
.code { display: grid; align-content: center; padding: 1px; transition: filter 0.25s, opacity 0.25s; }
.code :is(svg, canvas) { display: block; inline-size: 100%; aspect-ratio: 1; border-radius: calc(var(--_radius) * 0.8 - 1px); }
.card:not([data-kind='code']) .code { filter: blur(7px); opacity: 0.06; transform: scale(1.75); }
.card[data-kind='device'] .code { visibility: hidden; }
.cover {
  z-index: 1;
  display: flex;
  flex-direction: column;
  align-items: center;
  justify-content: center;
  gap: 1rem;
  padding: 1.5rem 1.25rem;
  animation: rise 0.28s cubic-bezier(0.2, 0.7, 0.2, 1);
}
.card[data-kind='code'] .cover {
  position: absolute; inline-size: 1px; block-size: 1px; padding: 0; overflow: hidden; clip-path: inset(50%);
}
.sign {
  display: grid;
  place-items: center;
  inline-size: 3.5rem;
  block-size: 3.5rem;
  border-radius: 50%;
  color: var(--_accent);
  background: color-mix(in srgb, currentColor 12%, transparent);
}
.sign svg {
  inline-size: 1.75rem;
  block-size: 1.75rem;
  fill: none;
  stroke: currentColor;
  stroke-width: 1.75;
  stroke-linecap: round;
  stroke-linejoin: round;
}
.card[data-kind='good'] .sign { color: var(--_good); }
.card[data-kind='bad'] .sign { color: var(--_bad); }
.card[data-kind='good'] .sign svg { stroke-width: 2.25; stroke-dasharray: 24; animation: draw 0.5s 0.1s both ease-out; }
.card[data-kind='busy'] .sign { background: none; }
.spinner {
  inline-size: 2.25rem;
  block-size: 2.25rem;
  border: 3px solid color-mix(in srgb, var(--_accent) 18%, transparent);
  border-block-start-color: var(--_accent);
  border-radius: 50%;
  animation: turn 0.9s linear infinite;
}
.headline { font-size: 1.0625rem; font-weight: 600; line-height: 1.35; overflow-wrap: anywhere; text-wrap: balance; }
.text { margin-block-start: 0.25rem; color: var(--_quiet); overflow-wrap: anywhere; text-wrap: balance; }
button, .link, input, summary { font: inherit; }
button, .link { cursor: pointer; }
.primary {
  display: inline-flex;
  align-items: center;
  justify-content: center;
  min-block-size: 2.75rem;
  padding: 0.5rem 1.25rem;
  border: 0;
  border-radius: 0.75rem;
  background: var(--_accent);
  color: var(--_on-accent);
  font-weight: 600;
  text-decoration: none;
  transition: background-color 0.15s;
}
.link { padding-inline: 0.75rem; }
.primary:hover { background: color-mix(in srgb, var(--_accent) 88%, var(--_text)); }
.quiet {
  min-block-size: 2.75rem;
  padding: 0.25rem 0.625rem;
  border: 0;
  border-radius: 0.625rem;
  background: none;
  color: var(--_accent);
  font-size: 0.875rem;
  font-weight: 550;
}
.quiet:hover { background: color-mix(in srgb, var(--_accent) 9%, transparent); }
:is(button, .link, summary, input):focus-visible { outline: 2.5px solid var(--_accent); outline-offset: 2px; }
form { display: flex; flex-direction: column; gap: 0.75rem; inline-size: 100%; }
input {
  inline-size: 100%;
  block-size: 3.25rem;
  padding: 0 0 0 0.35em;
  border: 1.5px solid color-mix(in srgb, var(--_quiet) 65%, transparent);
  border-radius: 0.75rem;
  background: var(--_surface);
  color: var(--_text);
  font-size: 1.625rem;
  font-weight: 600;
  font-variant-numeric: tabular-nums;
  letter-spacing: 0.35em;
  text-align: center;
}
input::placeholder { color: color-mix(in srgb, var(--_quiet) 45%, transparent); opacity: 1; font-weight: 400; }
input[aria-invalid='true'] { border-color: var(--_bad); }
.error { color: var(--_bad); font-size: 0.875rem; font-weight: 500; line-height: 1.4; text-wrap: balance; }
.timer {
  display: flex;
  align-items: center;
  gap: 0.5rem;
  margin-block-start: 0.875rem;
  color: var(--_quiet);
  font-size: 0.875rem;
  font-variant-numeric: tabular-nums;
}
.timer svg { inline-size: 1rem; block-size: 1rem; fill: none; stroke-width: 2.5; transform: rotate(-90deg); }
.timer .track { stroke: var(--_line); }
.timer .left { stroke: var(--_accent); stroke-linecap: round; transition: stroke-dasharray 1s linear; }
.timer.soon .left { stroke: var(--_warn); }
.notice {
  margin-block-start: 0.875rem;
  padding: 0.625rem 0.875rem;
  border-radius: 0.75rem;
  background: var(--_warn-ground);
  color: var(--_warn);
  font-size: 0.875rem;
  line-height: 1.45;
  text-align: start;
}
.way-out { margin-block-start: 0.25rem; }
details { inline-size: 100%; margin-block-start: 0.375rem; font-size: 0.875rem; }
summary {
  inline-size: fit-content;
  margin-inline: auto;
  padding: 0.625rem;
  border-radius: 0.625rem;
  color: var(--_accent);
  font-weight: 550;
  list-style: none;
  cursor: pointer;
}
summary::-webkit-details-marker { display: none; }
summary:hover { background: color-mix(in srgb, var(--_accent) 9%, transparent); }
.typed { padding: 0.75rem 0.875rem 0.875rem; border-radius: 0.875rem; background: var(--_sunken); color: var(--_quiet); }
.typed p { text-wrap: balance; overflow-wrap: anywhere; }
.user-code {
  display: block;
  margin-block-start: 0.375rem;
  color: var(--_text);
  font: 600 1.375rem/1.3 ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace;
  letter-spacing: 0.08em;
  user-select: all;
}
@keyframes rise { from { opacity: 0; transform: translateY(4px); } }
@keyframes turn { to { transform: rotate(1turn); } }
@keyframes draw { from { stroke-dashoffset: 24; } to { stroke-dashoffset: 0; } }
@media (prefers-reduced-motion: reduce) {
  *, ::before, ::after { animation-duration: 0.01ms !important; transition: none !important; }
  .spinner { animation: breathe 2s ease-in-out infinite !important; animation-duration: 2s !important; }
}
@keyframes breathe { 50% { opacity: 0.4; } }
@media (forced-colors: active) {
  .card, .frame, .primary, input { border: 1px solid CanvasText; }
  .code { forced-color-adjust: none; }
}
`

let shared: CSSStyleSheet | undefined

/** One sheet for all elements of the page. */
export function styleSheet(): CSSStyleSheet {
  if (!shared) {
    shared = new CSSStyleSheet()
    shared.replaceSync(css + waysCss)
  }
  return shared
}
