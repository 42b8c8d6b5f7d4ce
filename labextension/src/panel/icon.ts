import { LabIcon } from '@jupyterlab/ui-components';

/** A cell with a mark on it. Drawn for this panel. */
export const panelIcon = new LabIcon({
  name: 'jupyter-errreport:errors',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 24 24">
  <g class="jp-icon3" fill="#616161">
    <path d="M5 4h14a2 2 0 0 1 2 2v5.1a6 6 0 0 0-2-.9V6H5v12h5.6a6 6 0 0 0 1.3 2H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z"/>
    <path d="M7 8h8v1.8H7zM7 12h4v1.8H7z"/>
    <path d="M17.5 12a4.8 4.8 0 1 1 0 9.6 4.8 4.8 0 0 1 0-9.6zm-.8 2v3.6h1.6V14zm0 4.6v1.5h1.6v-1.5z"/>
  </g>
</svg>`
});
