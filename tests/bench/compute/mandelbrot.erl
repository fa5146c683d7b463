%% Floats: the Mandelbrot set, and five bodies attracting each other.
-module(mandelbrot).
-export([main/1]).

main(_) ->
    T0 = erlang:monotonic_time(microsecond),
    N = rows(0, 80, 0),
    E = energy(steps(2000, bodies())),
    T1 = erlang:monotonic_time(microsecond),
    io:format("~w ~w~n", [(T1 - T0) / 1000, N + trunc(E * 1.0e9)]).

rows(Y, Size, N) when Y < Size -> rows(Y + 1, Size, columns(0, Y, Size, N));
rows(_, _, N) -> N.

columns(X, Y, Size, N) when X < Size ->
    columns(X + 1, Y, Size, N + iterate(0.0, 0.0, 2.0 * X / Size - 1.5, 2.0 * Y / Size - 1.0, 0));
columns(_, _, _, N) -> N.

iterate(X, Y, CX, CY, N) when N < 100 ->
    XX = X * X,
    YY = Y * Y,
    if
        XX + YY > 4.0 -> N;
        true -> iterate(XX - YY + CX, 2.0 * X * Y + CY, CX, CY, N + 1)
    end;
iterate(_, _, _, _, N) -> N.

bodies() ->
    [{0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 39.47841760435743},
     {4.84143144246472090, -1.16032004402742839, -0.103622044471123109, 0.606326392995832, 2.81198684491626, -0.02521836165988763, 0.03769367487038949},
     {8.34336671824457987, 4.12479856412430479, -0.403523417114321381, -1.01077434617879, 1.82566237123041, 0.008415761376584154, 0.011286326131968767},
     {12.8943695621391310, -15.1111514016986312, -0.223307578892655734, 1.08279100644153, 0.868713018169608, -0.010832637401363636, 0.0017237240570597112},
     {15.3796971148509165, -25.9193146099879641, 0.179258772950371181, 0.979090732243898, 0.594698998647676, -0.034755955504078104, 0.002033686869924631}].

steps(0, Bodies) -> Bodies;
steps(N, Bodies) -> steps(N - 1, [move(pull(B, Bodies)) || B <- Bodies]).

pull(B, []) -> B;
pull({X, Y, Z, VX, VY, VZ, M}, [{X2, Y2, Z2, _, _, _, M2} | Rest]) ->
    DX = X2 - X,
    DY = Y2 - Y,
    DZ = Z2 - Z,
    D2 = DX * DX + DY * DY + DZ * DZ + 1.0e-9,
    F = 0.001 * M2 / (D2 * math:sqrt(D2)),
    pull({X, Y, Z, VX + DX * F, VY + DY * F, VZ + DZ * F, M}, Rest).

move({X, Y, Z, VX, VY, VZ, M}) -> {X + 0.001 * VX, Y + 0.001 * VY, Z + 0.001 * VZ, VX, VY, VZ, M}.

energy(Bodies) -> lists:sum([0.5 * M * (VX * VX + VY * VY + VZ * VZ) || {_, _, _, VX, VY, VZ, M} <- Bodies]).
