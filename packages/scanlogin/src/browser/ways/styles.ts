/** The look of tabs and links around the card, with the colours that the card has. */
export const waysCss = `
.tabs {
  display: grid;
  grid-auto-columns: minmax(0, 1fr);
  grid-auto-flow: column;
  gap: 0.25rem;
  margin-block-end: 0.75rem;
  padding: 0.25rem;
  border-radius: calc(var(--_radius) * 0.7);
  background: color-mix(in srgb, var(--_quiet) 14%, transparent);
}
.tabs button {
  position: relative;
  min-block-size: 2.5rem;
  padding: 0.25rem 0.125rem;
  border: 0;
  border-radius: calc(var(--_radius) * 0.5);
  background: none;
  color: var(--_quiet);
  font-size: 0.875rem;
  font-weight: 600;
  line-height: 1.2;
  overflow-wrap: anywhere;
  text-wrap: balance;
}
.tabs button:hover { color: var(--_text); }
.tabs button[aria-selected='true'] {
  background: var(--_raised);
  color: var(--_text);
  box-shadow: 0 1px 3px var(--_deep-shadow);
}
.tabs .news::after {
  content: '';
  position: absolute;
  inset-block-start: 0.375rem;
  inset-inline-end: 0.375rem;
  inline-size: 0.5rem;
  block-size: 0.5rem;
  border-radius: 50%;
  background: var(--_accent);
}
.provider {
  display: flex;
  flex-direction: column;
  align-items: center;
  justify-content: center;
  gap: 0.5rem;
  min-block-size: 31.5rem;
  padding: 1rem 0.75rem;
  border-radius: var(--_radius);
  background: #ffffff;
  box-shadow: inset 0 0 0 1px rgb(22 26 38 / 0.1), 0 1px 2px var(--_shadow), 0 12px 32px -18px var(--_deep-shadow);
}
.provider iframe { display: block; max-inline-size: 100%; border: 0; color-scheme: light; }
.whole { padding: 0.5rem; border-radius: 0.625rem; color: #3451d1; font-size: 0.875rem; }
.links { display: grid; gap: 0.5rem; margin-block-start: 0.75rem; }
.way {
  display: grid;
  place-items: center;
  min-block-size: 2.75rem;
  padding: 0.375rem 1rem;
  border: 1px solid var(--_line);
  border-radius: 0.75rem;
  background: var(--_surface);
  color: var(--_text);
  font-weight: 550;
  text-align: center;
  text-decoration: none;
}
.way:hover { background: var(--_sunken); }
:is(.way, .whole):focus-visible { outline: 2.5px solid var(--_accent); outline-offset: 2px; }
@media (forced-colors: active) {
  .tabs button[aria-selected='true'] { outline: 2px solid Highlight; outline-offset: -2px; }
}
`
