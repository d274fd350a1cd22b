project = "Figures in Sphinx"
extensions = []
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["rosterlab/rosterlab.css"]
html_js_files = [("rosterlab/rosterlab-embed.js", {"type": "module"})]
html_extra_path = ["case-study.json"]
exclude_patterns = ["figures"]
