import { render } from 'preact';
import { App } from './app.tsx';
import './style/base.css';
import './style/parts.css';
import './style/rows.css';
import './style/forms.css';
import './style/plot.css';
import './style/frame.css';
import './style/layout.css';
import './style/pages.css';

const page = document.getElementById('page');
if (page !== null) render(<App />, page);
