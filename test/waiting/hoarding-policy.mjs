/** A policy as nobody should write one: it keeps a MiB for each sign-in that begins, and drops all of it at a scan. */
let hoard = []

export default {
  name: 'hoarding',
  decide({ step }) {
    if (step === 'create') hoard.push(Array.from({ length: 128 }, () => new Array(1024).fill(0.5)))
    if (step === 'scan') hoard = []
    return { verdict: 'allow' }
  },
}
