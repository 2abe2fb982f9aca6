// Builds the page; during development, it also proxies /ws to the chat's server.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = process.env.CHAT_SERVER ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [react()],
  server: {
    // no changeOrigin: the server compares the page's origin with the host that was requested
    proxy: { '/ws': { target: server, ws: true } },
  },
});
