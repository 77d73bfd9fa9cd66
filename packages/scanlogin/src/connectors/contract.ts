/** What both doors of connectors open, whichever service it is: the flow around a provider, and what it can come to. */
export type { CallerOptions, Fetch } from './calls/caller.ts'
export type {
  Arrival,
  Arrived,
  Asking,
  AttemptCookie,
  CallingBrowser,
  Connector,
  FrameAttributes,
  Identity,
  Refused,
  Shown,
  Started,
  StartRequest,
  Way,
} from './connector.ts'
export { type ConnectorOptions, createConnector } from './create-connector.ts'
export type { ConnectorEvent, ProviderCall } from './event.ts'
export type { Page, Provider, ReturnedVisit, Visit, Word } from './provider.ts'
export { ConnectorError, type ConnectorErrorCode, refusalCodes, refusalRow } from './refusal.ts'
