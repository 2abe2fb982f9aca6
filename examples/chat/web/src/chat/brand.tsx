// The logo and the name of the chat.
export function Brand() {
  return (
    <p className="brand">
      <svg viewBox="0 0 40 40" aria-hidden="true">
        <circle cx="20" cy="20" r="19" className="brand-ground" />
        <path d="M3 17 Q20 31 37 17" className="brand-wire" />
        <path
          d="M11 23.5l4-4.4c.5-4.4 3.4-7.2 7.2-7.3 1.7-1.8 4.9-1.5 5.8 1.2l2.6 1.1-2.6 1.1c-.1 4.9-3 8.3-7.7 8.3-2 0-3.5-.6-4.6-1.5Z"
          className="brand-bird"
        />
      </svg>
      <span>Party Line</span>
    </p>
  );
}
