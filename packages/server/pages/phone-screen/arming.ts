/**
 * Buttons that decide something work only after they have been in full sight for half a second: a tap that was aimed
 * at what stood there before, or at a page laid over this one, decides nothing.
 */

/** Milliseconds in sight before a tap counts. */
export const armingTime = 500

/** Enables `buttons` once `place` has been in sight for long enough, and again after each time it was not. */
export function armWhenSeen(place: Element, buttons: readonly HTMLButtonElement[], gone: AbortSignal): void {
  let inView = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const observer = new IntersectionObserver(
    entries => {
      inView = (entries.at(-1)?.intersectionRatio ?? 0) >= 0.9
      restart()
    },
    { threshold: [0, 0.9, 1] },
  )

  function enable(on: boolean): void {
    for (const button of buttons) button.disabled = !on
  }

  function restart(): void {
    clearTimeout(timer)
    enable(false)
    if (inView && !document.hidden) timer = setTimeout(() => enable(true), armingTime)
  }

  restart()
  observer.observe(place)
  document.addEventListener('visibilitychange', restart, { signal: gone })
  gone.addEventListener('abort', () => {
    clearTimeout(timer)
    observer.disconnect()
  })
}
