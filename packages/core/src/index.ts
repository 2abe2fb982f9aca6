// The public face of @wirepact/core: the contract, its inference, the errors.
export type { Clock } from './clock.js';
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
