// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { IERC20 } from "../../interfaces/IERC20.sol";
import { FilecoinActors } from "./FilecoinActors.sol";

/// @title TokenPush
/// @notice Tries to pay somebody, and says whether it happened. Never reverts for what recipient or token do, copies at most
/// 32 bytes of what they answer, and gives them at most half of the gas that is left: who burns it all doubles what a call
/// needs, where the 63 of 64 parts that a call may pass on would make it sixty times as much.
library TokenPush {
    /// @notice Pays native value if `token` is zero, else the ERC-20.
    /// @param token The token.
    /// @param to Who is paid.
    /// @param amount How much; above zero.
    /// @return Whether it was paid.
    function push(address token, address to, uint256 amount) internal returns (bool) {
        return token == address(0) ? pushNative(to, amount) : pushErc20(token, to, amount);
    }

    // Paid means that the balance fell: on FEVM a CALL to an actor id that does not exist reports success and moves
    // nothing. It need not fall by exactly `amount`: a recipient may force value back, which must not make the payment
    // count as not made. If all of it came back, a credit for it is covered.
    function pushNative(address to, uint256 amount) private returns (bool) {
        uint256 before = address(this).balance;
        assembly ("memory-safe") {
            pop(call(shr(1, gas()), to, amount, 0x00, 0x00, 0x00, 0x00))
        }
        if (address(this).balance < before) return true;
        if (!FilecoinActors.isMaskedId(to)) return false;
        FilecoinActors.send(to, amount);
        return address(this).balance < before;
    }

    function pushErc20(address token, address to, uint256 amount) private returns (bool) {
        return isTransferred(token, abi.encodeCall(IERC20.transfer, (to, amount)), gasleft() / 2);
    }

    /// @notice Calls a token's transfer or transferFrom, and says whether it succeeded: the call did, and it answered true, or
    /// nothing and has code.
    /// @param token The token.
    /// @param input The call.
    /// @param gasLimit The most gas that the token gets.
    /// @return ok Whether it succeeded.
    function isTransferred(address token, bytes memory input, uint256 gasLimit) internal returns (bool ok) {
        assembly ("memory-safe") {
            ok := call(gasLimit, token, 0, add(input, 0x20), mload(input), 0x00, 0x20)
            switch returndatasize()
            case 0 { ok := and(ok, iszero(iszero(extcodesize(token)))) }
            default { ok := and(ok, and(gt(returndatasize(), 0x1f), eq(mload(0x00), 1))) }
        }
    }
}
