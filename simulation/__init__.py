"""What happens: the model of a district, the storm over it and the teams in it. Imports nothing of ours."""
