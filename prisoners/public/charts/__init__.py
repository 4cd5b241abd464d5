"""Pictures drawn on the server: from a series to where each mark stands.

Pure functions, one module a picture, rendered by ``templates/charts/``. A place along an axis is
a share of the plot in percent, so that the drawing stretches to any width while text, line widths
and marks keep their size; what is a path is drawn in a square of SIDE units stretched to the plot.
Colours and sizes of text are those of ``static/css/charts.css``.
"""
