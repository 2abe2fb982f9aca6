// Says in plain words why a request failed, whatever it was about.

export function describeError({ code }: { readonly code: string }): string {
  switch (code) {
    case 'timeout':
    case 'expired':
      return 'The server could not be reached in time.';
    case 'denied':
    case 'forbidden':
      return 'The server does not allow it.';
    case 'unknown_outcome':
      return 'The line broke just then.';
    case 'overloaded':
    case 'rate_limited':
      return 'The server is too busy just now.';
    case 'outbox_full':
      return 'Too much is waiting for the line already.';
    default:
      return `Something went wrong (${code}).`;
  }
}
