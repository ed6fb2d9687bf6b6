/** The page's script: buttons that copy the code beside them. Without it nothing else is missing. */
export const script = `
for (const button of document.querySelectorAll('.copy')) {
  button.hidden = !navigator.clipboard;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.nextElementSibling.textContent);
    const said = document.getElementById('said');
    said.textContent = 'Copied';
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; said.textContent = ''; }, 1500);
  });
}
`;
