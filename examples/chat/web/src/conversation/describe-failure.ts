// Explains to the writer why a message was not delivered.
import type { ChatFailure } from '@wirepact-example/chat-contract';
import { seconds } from '../line/line-words.js';
import { describeError } from '../live/describe-error.js';

export function describeFailure(error: ChatFailure): string {
  switch (error.code) {
    case 'TOO_FAST':
      return `That was quick. Breathe for ${seconds(error.data.waitMs)}, then try again.`;
    case 'unknown_outcome':
      return 'The line broke just then. Try again: if it did arrive, it is said only once.';
    case 'overloaded':
      return 'The server cannot keep it just now.';
    case 'invalid_input':
      return 'The server could not take this text.';
    default:
      return describeError(error);
  }
}
