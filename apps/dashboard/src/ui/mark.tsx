/** Our mark. */
export const Mark = () => (
  <svg class="mark" aria-hidden="true" width="22" height="22" viewBox="0 0 32 32">
    <rect width="32" height="32" rx="7" />
    <path d="M7 11.5 16 18l9-6.500M8.500 9h15A1.500 1.500 0 0 1 25 10.500v11a1.500 1.500 0 0 1-1.500 1.500h-15A1.500 1.500 0 0 1 7 21.500v-11A1.500 1.500 0 0 1 8.500 9Z" />
  </svg>
);
