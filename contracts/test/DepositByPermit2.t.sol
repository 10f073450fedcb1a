// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ChannelTerms, Permit2Transfer } from "../src/interfaces/SluiceTypes.sol";
import { FeeToken } from "./mocks/FeeToken.sol";
import { SilentToken } from "./mocks/OddTokens.sol";
import { Token } from "./mocks/Token.sol";
import { Wallet1271 } from "./mocks/Wallet1271.sol";
import { Fixture } from "./support/Fixture.sol";

/// @dev What these tests ask of Permit2 themselves.
interface IGenuinePermit2 {
    error InvalidContractSignature();
    error InvalidNonce();
    error InvalidSignatureLength();
    error InvalidSigner();
    error SignatureExpired(uint256 deadline);

    function DOMAIN_SEPARATOR() external view returns (bytes32);
    function invalidateUnorderedNonces(uint256 word, uint256 mask) external;
}

/// @notice Deposits through Permit2's own code.
contract DepositByPermit2Test is Fixture {
    IGenuinePermit2 private constant PERMIT2 = IGenuinePermit2(0x000000000022D473030F116dDEE9F6B43aC78BA3);
    // of its runtime code without immutables, which makes it work out its domain from the chain it is on
    bytes32 private constant CODE_HASH = 0x463331fa7a0d5f07488e42c37b461bb56a822145c161a821fbafe7d4e916b546;

    ChannelTerms private t;
    bytes32 private id;
    uint256 private keyPayer = 0x7a7e;
    address private payer;

    function setUp() public override {
        super.setUp();
        vm.etch(address(PERMIT2), vm.envBytes("PERMIT2_CODE"));
        payer = vm.addr(keyPayer);
        t = tokenTerms();
        id = sluice.channelId(t);
        provide(payer);
    }

    // Gives an owner money, and Permit2 its allowance.
    function provide(address owner) private {
        Token(t.token).mint(owner, 1000);
        vm.prank(owner);
        Token(t.token).approve(address(PERMIT2), type(uint256).max);
    }

    function assertDeposits(uint128 a, uint128 b) private view {
        assertEq(stateOf(id).depositA, a);
        assertEq(stateOf(id).depositB, b);
        assertEq(Token(t.token).balanceOf(address(sluice)), a + b);
    }

    function refusesBy(bytes4 selector) private {
        vm.expectRevert(selector, address(PERMIT2));
    }

    // ---- signing, straight from Permit2's documentation ----

    function domainOf(uint256 chainId) private pure returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,uint256 chainId,address verifyingContract)"),
                keccak256("Permit2"),
                chainId,
                PERMIT2
            )
        );
    }

    function digestOf(Permit2Transfer memory transfer, uint8 party, address spender, uint256 chainId)
        private
        view
        returns (bytes32)
    {
        bytes32 typeHash = keccak256(
            "PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,Deposit witness)Deposit(bytes32 channelId,uint8 party)TokenPermissions(address token,uint256 amount)"
        );
        bytes32 permitted = keccak256(
            abi.encode(keccak256("TokenPermissions(address token,uint256 amount)"), t.token, transfer.amount)
        );
        bytes32 witness = keccak256(abi.encode(keccak256("Deposit(bytes32 channelId,uint8 party)"), id, party));
        bytes32 structHash =
            keccak256(abi.encode(typeHash, permitted, spender, transfer.nonce, transfer.deadline, witness));
        return keccak256(abi.encodePacked(hex"1901", domainOf(chainId), structHash));
    }

    function unsigned(address owner, uint256 amount) private pure returns (Permit2Transfer memory) {
        return Permit2Transfer(owner, amount, 9, DEADLINE, "");
    }

    function signed(uint8 party, uint256 amount) private view returns (Permit2Transfer memory transfer) {
        transfer = unsigned(payer, amount);
        transfer.signature = signBytes(keyPayer, digestOf(transfer, party, address(sluice), block.chainid));
    }

    // ---- it ----

    function test_itIsPermit2Itself() public view {
        assertEq(keccak256(address(PERMIT2).code), CODE_HASH);
        assertEq(PERMIT2.DOMAIN_SEPARATOR(), domainOf(block.chainid));
    }

    // ---- what works ----

    function test_relayedByAnyone() public {
        Permit2Transfer memory transfer = signed(1, 40);
        emits();
        emit Deposited(id, 1 << 128 | 40);
        vm.prank(stranger);
        sluice.depositWithPermit2(t, 1, transfer);
        assertDeposits(0, 40);
        assertEq(token.balanceOf(payer), 960);
    }

    function test_aCompactSignature() public {
        Permit2Transfer memory transfer = unsigned(payer, 40);
        (bytes32 r, bytes32 vs) = vm.signCompact(keyPayer, digestOf(transfer, 0, address(sluice), block.chainid));
        transfer.signature = abi.encodePacked(r, vs);
        sluice.depositWithPermit2(t, 0, transfer);
        assertDeposits(40, 0);
    }

    function test_byAContractWallet() public {
        address wallet = address(new Wallet1271(payer));
        provide(wallet);
        Permit2Transfer memory transfer = unsigned(wallet, 40);
        bytes32 digest = digestOf(transfer, 0, address(sluice), block.chainid);
        transfer.signature = bytes.concat(signBytes(keyPayer, digest), "tail");
        vm.prank(stranger);
        sluice.depositWithPermit2(t, 0, transfer);
        assertDeposits(40, 0);
        assertEq(token.balanceOf(wallet), 960);
    }

    function test_aTokenThatAnswersNothing() public {
        useToken(new SilentToken());
        sluice.depositWithPermit2(t, 1, signed(1, 40));
        assertDeposits(0, 40);
    }

    function test_aFeeIsNotCounted() public {
        useToken(new FeeToken());
        uint256 before = Token(t.token).balanceOf(address(sluice));
        sluice.depositWithPermit2(t, 1, signed(1, 100));
        uint256 came = Token(t.token).balanceOf(address(sluice)) - before;
        assertLt(came, 100);
        assertDeposits(0, uint128(came));
    }

    function useToken(Token other) private {
        t.token = address(other);
        id = sluice.channelId(t);
        provide(payer);
    }

    // ---- what is refused ----

    function test_itGoesToItsChannelPartyAndAmountOnly() public {
        Permit2Transfer memory transfer = signed(1, 40);
        refusesBy(IGenuinePermit2.InvalidSigner.selector);
        sluice.depositWithPermit2(t, 0, transfer);
        ChannelTerms memory other = t;
        other.nonce = 2;
        refusesBy(IGenuinePermit2.InvalidSigner.selector);
        sluice.depositWithPermit2(other, 1, transfer);
        transfer.amount = 41;
        refusesBy(IGenuinePermit2.InvalidSigner.selector);
        sluice.depositWithPermit2(t, 1, transfer);
        transfer.amount = 40;
        transfer.nonce = 10;
        refusesBy(IGenuinePermit2.InvalidSigner.selector);
        sluice.depositWithPermit2(t, 1, transfer);
    }

    function test_itTakesTheChannelsTokenOnly() public {
        Permit2Transfer memory transfer = signed(1, 40);
        ChannelTerms memory other = t;
        other.token = address(new Token());
        refusesBy(IGenuinePermit2.InvalidSigner.selector);
        sluice.depositWithPermit2(other, 1, transfer);
    }

    function test_itCountsOnce() public {
        Permit2Transfer memory transfer = signed(1, 40);
        sluice.depositWithPermit2(t, 1, transfer);
        refusesBy(IGenuinePermit2.InvalidNonce.selector);
        sluice.depositWithPermit2(t, 1, transfer);
        assertDeposits(0, 40);
    }

    function test_aNonceThatItsOwnerTookBack() public {
        Permit2Transfer memory transfer = signed(1, 40);
        vm.prank(payer);
        PERMIT2.invalidateUnorderedNonces(0, 1 << transfer.nonce);
        refusesBy(IGenuinePermit2.InvalidNonce.selector);
        sluice.depositWithPermit2(t, 1, transfer);
    }

    function test_untilItsDeadline() public {
        Permit2Transfer memory transfer = signed(1, 40);
        vm.warp(DEADLINE + 1);
        vm.expectRevert(abi.encodeWithSelector(IGenuinePermit2.SignatureExpired.selector, DEADLINE), address(PERMIT2));
        sluice.depositWithPermit2(t, 1, transfer);
        vm.warp(DEADLINE);
        sluice.depositWithPermit2(t, 1, transfer);
        assertDeposits(0, 40);
    }

    function test_anothersMoney() public {
        Permit2Transfer memory transfer = unsigned(payer, 40);
        transfer.signature = signBytes(keyStranger, digestOf(transfer, 1, address(sluice), block.chainid));
        refusesBy(IGenuinePermit2.InvalidSigner.selector);
        sluice.depositWithPermit2(t, 1, transfer);
    }

    function test_aContractWalletThatRefuses() public {
        address wallet = address(new Wallet1271(payer));
        provide(wallet);
        Permit2Transfer memory transfer = unsigned(wallet, 40);
        transfer.signature = signBytes(keyStranger, digestOf(transfer, 1, address(sluice), block.chainid));
        refusesBy(IGenuinePermit2.InvalidContractSignature.selector);
        sluice.depositWithPermit2(t, 1, transfer);
    }

    function test_aSignatureCutShort() public {
        Permit2Transfer memory transfer = unsigned(payer, 40);
        transfer.signature = hex"0102";
        refusesBy(IGenuinePermit2.InvalidSignatureLength.selector);
        sluice.depositWithPermit2(t, 1, transfer);
    }

    /// @dev A permit that was signed for somebody else to spend, or on another chain.
    function test_aPermitForAnotherSpenderOrChain() public {
        Permit2Transfer memory transfer = unsigned(payer, 40);
        transfer.signature = signBytes(keyPayer, digestOf(transfer, 1, stranger, block.chainid));
        refusesBy(IGenuinePermit2.InvalidSigner.selector);
        sluice.depositWithPermit2(t, 1, transfer);
        transfer.signature = signBytes(keyPayer, digestOf(transfer, 1, address(sluice), 1));
        refusesBy(IGenuinePermit2.InvalidSigner.selector);
        sluice.depositWithPermit2(t, 1, transfer);
    }

    function test_withoutMoneyOrAllowance() public {
        Permit2Transfer memory transfer = signed(1, 1001);
        vm.expectRevert("TRANSFER_FROM_FAILED");
        sluice.depositWithPermit2(t, 1, transfer);
        vm.prank(payer);
        token.approve(address(PERMIT2), 39);
        transfer = signed(1, 40);
        vm.expectRevert("TRANSFER_FROM_FAILED");
        sluice.depositWithPermit2(t, 1, transfer);
    }

    function test_aSettledChannelTakesNone() public {
        settled(t, noVoucher(), noVoucher());
        Permit2Transfer memory transfer = unsigned(payer, 40);
        transfer.deadline = type(uint256).max;
        transfer.signature = signBytes(keyPayer, digestOf(transfer, 1, address(sluice), block.chainid));
        refuses(abi.encodeWithSelector(ChannelOver.selector, id));
        sluice.depositWithPermit2(t, 1, transfer);
        assertEq(token.balanceOf(payer), 1000);
    }

    function test_whereThereIsNoPermit2() public {
        Permit2Transfer memory transfer = signed(1, 40);
        vm.etch(address(PERMIT2), "");
        vm.expectRevert();
        sluice.depositWithPermit2(t, 1, transfer);
    }
}
