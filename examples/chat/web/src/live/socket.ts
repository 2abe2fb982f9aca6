// The hooks, bound to the contract. It is imported as a type only, so no schema ends up in the browser's bundle.
import type { Channels } from '@wirepact-example/chat-contract';
import { createSocketHooks } from '@wirepact/react';

export const { SocketProvider, useSocket, useEvent, useLatest, useRequest, useStream, useRoom, useStatus } =
  createSocketHooks<Channels>();
