"""Applications: taken at the window, decided by the steps of the city's own text, carried out and asked after."""
