// The bird that stands for a guest. It is decoration: everything that it shows is also written beside it.
import { hueStyle } from './hue.js';

export function Bird({ id }: { readonly id: string }) {
  return (
    <svg className="bird" viewBox="0 0 36 32" aria-hidden="true" style={hueStyle(id)}>
      <path className="bird-leg" d="M15 25v6M19 25v6" />
      <path
        className="bird-body"
        d="M2 27 8.2 19C9 11.5 14 6.6 20.6 6.4 23.4 3.4 29 3.8 30.6 8.4L35 10.4 30.6 12.2C30.4 20.6 25.4 26.4 17.4 26.4c-3.4 0-6-1-7.8-2.6Z"
      />
      <path className="bird-wing" d="M11 19.5c1.5-4.6 6-6.6 10.4-5.6-.4 5.2-4.6 8.2-10.4 5.6Z" />
      <circle className="bird-eye" cx="26" cy="9" r="1.3" />
    </svg>
  );
}
