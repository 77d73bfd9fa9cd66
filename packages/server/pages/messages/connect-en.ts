/** What the page says that a sign-in by a provider ends on when it comes to nothing, in English. */
export const connect = {
  title: 'Sign in',
  retry: 'Try again',
  back: 'Other ways to sign in',
  scanAgain: 'Back',
  reference: 'For support',
  with: (provider: string) => `Sign in with ${provider}`,
  troubles: {
    state_unknown: {
      title: 'This sign-in is over',
      text: 'It took too long, or this page was opened a second time. Nobody was signed in.',
    },
    other_browser: {
      title: 'That was begun in another browser',
      text: 'A sign-in ends in the browser in which it was begun. If somebody sent you this address, do not go on: it may be a fraud.',
    },
    state_used: {
      title: 'This sign-in has been used',
      text: 'An address like this is good once. Begin again if you are not signed in.',
    },
    denied: { title: 'You said no', text: 'Nobody was signed in.' },
    person_refused: {
      title: 'You cannot sign in this way',
      text: 'The provider does not let this account sign in here. Its own app may say why.',
    },
    anonymous_person: {
      title: 'Nobody was named',
      text: 'The page was opened as a preview, which tells nobody who you are. Open it whole and try again.',
    },
    code_rejected: {
      title: 'That did not work',
      text: 'The provider has not accepted this sign-in any more: it is too old, or was used already. Begin again.',
    },
    interrupted: {
      title: 'The sign-in was interrupted',
      text: 'Something broke in the middle, and nobody was signed in. Begin again.',
    },
    provider_busy: {
      title: 'The provider is busy',
      text: 'It asks everybody to wait. Try again in a minute, or sign in another way.',
    },
    provider_silent: {
      title: 'The provider does not answer',
      text: 'It took too long. Try again, or sign in another way.',
    },
    provider_unreachable: {
      title: 'The provider cannot be reached',
      text: 'This may last some minutes. Try again, or sign in another way.',
    },
    provider_unintelligible: {
      title: 'The provider is out of order',
      text: 'It answered something that nobody can read. Try again, or sign in another way.',
    },
    misconfigured: {
      title: 'This way is out of order',
      text: 'The provider does not accept how this site is set up. Whoever runs the site has been told; sign in another way.',
    },
    unknown_person: {
      title: 'Nobody here knows you yet',
      text: 'This site lets in only people it knows. Ask whoever runs it, or sign in another way.',
    },
    account_unavailable: {
      title: 'This account is locked',
      text: 'Ask whoever runs this site.',
    },
    forbidden: {
      title: 'This site does not let you in this way',
      text: 'A rule of this site forbids it. Sign in another way, or ask whoever runs it.',
    },
    invalid_request: {
      title: 'That is not a sign-in',
      text: 'The address is not complete. Begin at the sign-in page.',
    },
    not_found: { title: 'There is no such way to sign in', text: 'Begin at the sign-in page.' },
    rate_limited: {
      title: 'Too many sign-ins at once',
      text: 'Many have begun from your network. Wait a minute, and try again.',
    },
    store_unavailable: {
      title: 'Out of order for a moment',
      text: 'Nobody was signed in. Try again in some seconds.',
    },
    internal_error: { title: 'Something went wrong here', text: 'Nobody was signed in. Try again.' },
  },
} as const
