// What @wirepact/core exports: contracts, the types that are derived from them, and the errors.
export type { Clock } from './clock.js';
export {
  defineChannels,
  type AnyChannels,
  type ChannelDefinition,
  type ChannelDefinitions,
  type Delivery,
} from './contract.js';
export {
  ChannelError,
  errorCodes,
  isSocketError,
  SocketError,
  toSocketError,
  type ErrorCode,
  type SchemaIssue,
  type SocketErrorOptions,
} from './errors.js';
export type {
  Answer,
  AskArgs,
  AskFailure,
  AskPath,
  Awaitable,
  Fail,
  Failable,
  FailOf,
  Failure,
  Form,
  HandlerResult,
  Heard,
  InputOf,
  OutArgs,
  OutPath,
  OutputOf,
  Reply,
  ReplyOf,
  RequestArgs,
  RequestPath,
  RouteData,
  RoutePath,
  RouteResult,
  SendArgs,
  SendPath,
  StreamItem,
  StreamPath,
} from './infer.js';
export type { Cursor, GapCause } from './frames.js';
export type { Json, NotJson, Wire } from './json.js';
export type { AnySchema } from './schema.js';
