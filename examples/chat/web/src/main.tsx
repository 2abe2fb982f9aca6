// Creates the one client of the page, and renders the page. Its first component is in app.tsx.
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { createChat } from './live/chat-client.js';
import './style/tokens.css';
import './style/base.css';
import './style/layout.css';
import './style/wire.css';
import './style/conversation.css';
import './style/panel.css';
import './style/refused.css';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

createRoot(root).render(
  <StrictMode>
    <App chat={createChat()} />
  </StrictMode>,
);
