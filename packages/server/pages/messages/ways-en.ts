/** How a phone that nobody is signed in on becomes somebody's, in English. */
export const ways = {
  title: 'Who is using this phone?',
  leaving: (provider: string) => `Asking ${provider} who you are …`,
  stay: 'Another way',
  by: (provider: string) => `Continue with ${provider}`,
  lead: 'Choose how you are known here. You come back to this page, and the code is asked about then.',
  orScan: (apps: string) => `Or scan the code on the screen with ${apps}: you are known there.`,
  returned: {
    title: 'You are signed in here now',
    lead: 'It took too long for the code that you have scanned. Scan the one on the screen, and you are asked about it.',
  },
}
