// The hooks of this page, which know the contract. It is imported as a type: no schema reaches the browser.
import type { Channels } from '@wirepact-example/chat-contract';
import { createSocketHooks } from '@wirepact/react';

export const { SocketProvider, useSocket, useEvent, useLatest, useRequest, useStream, useRoom, useStatus } =
  createSocketHooks<Channels>();
